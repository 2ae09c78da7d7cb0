// Errors as HTTP clients read them: one JSON shape for all of them.
#ifndef MAYFLY_GATEWAY_HTTP_ERROR_H_
#define MAYFLY_GATEWAY_HTTP_ERROR_H_

#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "gateway/http_message.h"

namespace mayfly::gateway {

// {"error": MESSAGE, "code": N, "status": "NOT_FOUND", "message": MESSAGE, "details": [...]}: google.rpc.Status as
// grpc-gateway prints it, with the message twice. `error` is not OK.
std::string ErrorJson(const absl::Status& error);

// That, with the status of its code (413 for a reason that says "too large"), and Retry-After from a
// google.rpc.RetryInfo, in whole seconds rounded up.
HttpResponse ErrorResponse(const absl::Status& error);

// The same with a status that no gRPC code has: 405, 408, 413, 415, 431.
HttpResponse ErrorResponse(const absl::Status& error, int http_status);

}  // namespace mayfly::gateway

#endif  // MAYFLY_GATEWAY_HTTP_ERROR_H_
