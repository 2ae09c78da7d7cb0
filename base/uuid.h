// Ids that sort by the time they were made.
#ifndef MAYFLY_BASE_UUID_H_
#define MAYFLY_BASE_UUID_H_

#include <string>

namespace mayfly {

// A UUIDv7 (RFC 9562) in lower-case hex with dashes, 36 characters. Thread-safe.
std::string NewUuidV7();

}  // namespace mayfly

#endif  // MAYFLY_BASE_UUID_H_
