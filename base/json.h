// The one check that every JSON text from outside passes.
#ifndef MAYFLY_BASE_JSON_H_
#define MAYFLY_BASE_JSON_H_

#include <string_view>

#include "absl/status/status.h"

namespace mayfly {

// Whether `text` is one JSON text: RFC 8259, UTF-8, no byte order mark, nested at most kJsonDepthMax deep. A lone
// surrogate escape is valid, and so are numbers of any size. Nothing is built, so it costs about a nanosecond a byte.
// The error is INVALID_ARGUMENT with `reason` (one of base/reason.h); its message begins with `what` ("the event") and
// names line and column (from 1, in bytes).
absl::Status ValidateJson(std::string_view text, std::string_view reason, std::string_view what);

}  // namespace mayfly

#endif  // MAYFLY_BASE_JSON_H_
