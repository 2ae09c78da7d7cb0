// Where the gateway's calls go: straight into services of the same process, or over gRPC to others. The code above this
// choice is the same.
#ifndef MAYFLY_GATEWAY_BACKEND_H_
#define MAYFLY_GATEWAY_BACKEND_H_

#include <memory>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "base/call.h"
#include "base/method_table.h"

namespace google::protobuf {
class Message;
class MethodDescriptor;
}  // namespace google::protobuf

namespace mayfly::gateway {

// Thread-safe.
class Backend {
 public:
  virtual ~Backend() = default;

  using Done = absl::AnyInvocable<void(absl::Status) &&>;

  // A unary call. Request and response are of the method's generated types and live until `done`, which is called
  // exactly once, on any thread, possibly before this returns. Response metadata is in `call` by then. Cancelling
  // `call` cancels what it started.
  virtual void CallUnary(const google::protobuf::MethodDescriptor& method, std::shared_ptr<ServerCall> call,
                         google::protobuf::Message& request, google::protobuf::Message& response, Done done) = 0;

  // A server-streaming call. The gateway's `stream` queues, bounds and drains what is written (ServerStream); the
  // backend calls its Finish exactly once. `request` lives until then. Cancelling `call` cancels what it started, which
  // still ends in Finish.
  virtual void CallServerStream(const google::protobuf::MethodDescriptor& method, std::shared_ptr<ServerCall> call,
                                const google::protobuf::Message& request, std::shared_ptr<ServerStream> stream) = 0;
};

}  // namespace mayfly::gateway

#endif  // MAYFLY_GATEWAY_BACKEND_H_
