// The HTTP status of a gRPC code, as grpc-gateway maps them.
#ifndef MAYFLY_GATEWAY_HTTP_STATUS_H_
#define MAYFLY_GATEWAY_HTTP_STATUS_H_

#include <string_view>

#include "absl/status/status.h"

namespace mayfly::gateway {

int HttpStatusOf(absl::StatusCode code);

// "NOT_FOUND"; "UNKNOWN" for a number that is no code.
std::string_view StatusCodeName(absl::StatusCode code);

}  // namespace mayfly::gateway

#endif  // MAYFLY_GATEWAY_HTTP_STATUS_H_
