// The errors of a store that name a function.
#ifndef MAYFLY_CONTROLPLANE_STORE_ERROR_H_
#define MAYFLY_CONTROLPLANE_STORE_ERROR_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "base/function_name.h"

namespace mayfly::controlplane {

// NOT_FOUND FUNCTION_NOT_FOUND; `nearest` ends the message ("; did you mean …?").
absl::Status FunctionNotFound(const FunctionName& name, std::string_view nearest);

// ALREADY_EXISTS FUNCTION_EXISTS.
absl::Status FunctionExists(const FunctionName& name, int32_t latest_revision);

// ABORTED ETAG_MISMATCH: the latest revision has another etag than the caller's.
absl::Status EtagMismatch(const FunctionName& name, int32_t latest_revision, std::string_view latest_etag,
                          std::string_view etag);

// ABORTED ETAG_MISMATCH: the function is not there.
absl::Status EtagOfGoneFunction(const FunctionName& name, std::string_view etag);

}  // namespace mayfly::controlplane

#endif  // MAYFLY_CONTROLPLANE_STORE_ERROR_H_
