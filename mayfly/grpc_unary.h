// A unary gRPC call through the method table.
#ifndef MAYFLY_MAYFLY_GRPC_UNARY_H_
#define MAYFLY_MAYFLY_GRPC_UNARY_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "base/authenticator.h"
#include "base/method_table.h"

namespace mayfly {

// Runs `method` and answers. `context`, `request` and `response` are gRPC's and live until the reactor is done with.
// Returns what gRPC's callback service returns; it deletes itself.
grpc::ServerUnaryReactor* ServeUnary(const Method& method, const Authenticator& authenticator,
                                     grpc::CallbackServerContext& context, const grpc::ByteBuffer& request,
                                     grpc::ByteBuffer& response);

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_GRPC_UNARY_H_
