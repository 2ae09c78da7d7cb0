// Unary gRPC calls through the method table.
#ifndef MAYFLY_MAYFLY_GRPC_UNARY_H_
#define MAYFLY_MAYFLY_GRPC_UNARY_H_

#include <grpcpp/completion_queue.h>
#include <grpcpp/server_context.h>
#include <grpcpp/support/async_unary_call.h>
#include <grpcpp/support/byte_buffer.h>

#include <functional>

#include "base/authenticator.h"
#include "base/method_table.h"
#include "mayfly/grpc_poller.h"

namespace mayfly {

using GrpcUnaryWriter = grpc::ServerAsyncResponseWriter<grpc::ByteBuffer>;

// A unary method as the door serves it.
struct GrpcUnaryMethod {
  const Method& method;
  const Authenticator& authenticator;

  // Asks gRPC for the method's next call: its context, its request, its writer and the tag of its beginning.
  std::function<void(grpc::ServerContext*, grpc::ByteBuffer*, GrpcUnaryWriter*, grpc::ServerCompletionQueue*, void*)>
      accept;
};

// Serves the method's calls that begin on `poller`, one at the first and each next one when one has begun, until the
// server is shut down. `method` outlives them.
void ServeUnary(const GrpcUnaryMethod& method, GrpcPoller& poller);

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_GRPC_UNARY_H_
