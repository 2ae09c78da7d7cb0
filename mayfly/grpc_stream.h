// A server-streaming gRPC call through the method table.
#ifndef MAYFLY_MAYFLY_GRPC_STREAM_H_
#define MAYFLY_MAYFLY_GRPC_STREAM_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "base/authenticator.h"
#include "base/method_table.h"

namespace mayfly {

// Runs `method` and sends what it writes. `context` and `request` are gRPC's and live until the reactor is done with.
// Returns what gRPC's callback service returns; it deletes itself.
grpc::ServerWriteReactor<grpc::ByteBuffer>* ServeStream(const Method& method, const Authenticator& authenticator,
                                                        grpc::CallbackServerContext& context,
                                                        const grpc::ByteBuffer& request);

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_GRPC_STREAM_H_
