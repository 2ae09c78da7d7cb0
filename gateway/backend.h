// Where the gateway's calls go: straight into services of the same process, or over gRPC to others. The code above this
// choice is the same.
#ifndef MAYFLY_GATEWAY_BACKEND_H_
#define MAYFLY_GATEWAY_BACKEND_H_

#include <memory>

#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "base/call.h"

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

  // Takes the next message of a stream; it is the callee's to move from. False: the reader wants no more.
  using OnMessage = absl::AnyInvocable<bool(google::protobuf::Message& message)>;

  // A server-streaming call. `on_message` is called for one message at a time, in order, on any thread; then `done`,
  // once. The backend bounds what waits (kWatchQueueMax).
  virtual void CallServerStream(const google::protobuf::MethodDescriptor& method, std::shared_ptr<ServerCall> call,
                                const google::protobuf::Message& request, OnMessage on_message, Done done) = 0;
};

}  // namespace mayfly::gateway

#endif  // MAYFLY_GATEWAY_BACKEND_H_
