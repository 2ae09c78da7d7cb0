// What both kinds of gRPC call share: from gRPC's context to a ServerCall, and from a status to gRPC's.
#ifndef MAYFLY_MAYFLY_GRPC_CALL_H_
#define MAYFLY_MAYFLY_GRPC_CALL_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/status.h>

#include <memory>

#include "absl/status/status.h"
#include "base/authenticator.h"
#include "base/call.h"

namespace mayfly {

// The call as services see it: its deadline and its metadata.
std::shared_ptr<ServerCall> MakeServerCall(const grpc::ServerContext& context);

// OK, or UNAUTHENTICATED.
absl::Status Authenticate(const Authenticator& authenticator, const ServerCall& call);

// With the details in grpc-status-details-bin, as small as the caller needs it (mayfly/error_size.h).
grpc::Status ToGrpcStatus(const absl::Status& status, const ServerCall& call);

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_GRPC_CALL_H_
