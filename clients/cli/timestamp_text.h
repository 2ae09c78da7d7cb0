// A stored time as people read it.
#ifndef MAYFLY_CLIENTS_CLI_TIMESTAMP_TEXT_H_
#define MAYFLY_CLIENTS_CLI_TIMESTAMP_TEXT_H_

#include <google/protobuf/timestamp.pb.h>

#include <string>

namespace mayfly::cli {

// "2026-11-24T15:21:09Z".
std::string TimestampText(const google::protobuf::Timestamp& timestamp);

}  // namespace mayfly::cli

#endif  // MAYFLY_CLIENTS_CLI_TIMESTAMP_TEXT_H_
