// The Grpc-Timeout header.
#ifndef MAYFLY_GATEWAY_TIMEOUT_HEADER_H_
#define MAYFLY_GATEWAY_TIMEOUT_HEADER_H_

#include <optional>
#include <string_view>

#include "absl/time/time.h"

namespace mayfly::gateway {

// "500m", "5S": one to eight digits and a unit of H, M, S, m, u, n (gRPC over HTTP/2, "Timeout"). nullopt if it is
// none.
std::optional<absl::Duration> ParseTimeoutHeader(std::string_view value);

}  // namespace mayfly::gateway

#endif  // MAYFLY_GATEWAY_TIMEOUT_HEADER_H_
