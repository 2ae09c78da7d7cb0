// Reads google.protobuf.Duration's JSON form (duration.proto, "JSON Mapping").
#ifndef MAYFLY_GATEWAY_DURATION_TEXT_H_
#define MAYFLY_GATEWAY_DURATION_TEXT_H_

#include <google/protobuf/duration.pb.h>

#include <string_view>

namespace mayfly::gateway {

// Seconds with up to nine digits of a fraction, and "s". False: it is none, or has more than the 315,576,000,000 s that
// a Duration may have. protobuf 3.21's own reader takes " -1.5s" too, for a Duration whose two parts differ in sign.
bool ReadDuration(std::string_view text, google::protobuf::Duration& duration);

}  // namespace mayfly::gateway

#endif  // MAYFLY_GATEWAY_DURATION_TEXT_H_
