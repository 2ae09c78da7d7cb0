// The RPCs a process serves, by name, without a transport: both doors, gRPC and HTTP, dispatch through it.
#ifndef MAYFLY_BASE_METHOD_TABLE_H_
#define MAYFLY_BASE_METHOD_TABLE_H_

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "base/call.h"

namespace google::protobuf {
class Message;
}

namespace mayfly {

// Answers a unary call: exactly once, on any thread, possibly before the handler returns.
using UnaryDone = absl::AnyInvocable<void(absl::Status) &&>;

// Handles a unary call. The door keeps request and response alive until `done` has been called; the handler may move
// the request's contents out and writes the response before it calls `done`.
using UnaryHandler = std::function<void(std::shared_ptr<ServerCall> call, google::protobuf::Message& request,
                                        google::protobuf::Message& response, UnaryDone done)>;

// Where a server-streaming handler writes. Thread-safe; the handler keeps it as long as it has something to say.
class ServerStream {
 public:
  virtual ~ServerStream() = default;

  // Queues a message, in order. False if the reader is gone or has kWatchQueueMax messages, or kStreamBytesMax,
  // waiting: nothing was queued, and the handler calls Finish.
  virtual bool Write(const google::protobuf::Message& message) = 0;

  // Runs `callback` once, as soon as nothing that was written waits any more or the reader is gone: at once if that is
  // so now, else on any thread. So a handler with more to say than a queue should hold (a whole store) says it piece by
  // piece. At most one callback is pending at a time; after Finish it need not be called, but is destroyed.
  virtual void OnDrained(absl::AnyInvocable<void() &&> callback) = 0;

  // Ends the stream after what is queued. Called exactly once.
  virtual void Finish(absl::Status status) = 0;
};

// Handles a server-streaming call. When the call is cancelled (ServerCall::OnCancel), the handler still calls Finish.
using StreamHandler = std::function<void(std::shared_ptr<ServerCall> call, const google::protobuf::Message& request,
                                         std::shared_ptr<ServerStream> stream)>;

// One RPC. Exactly one of the handlers is set.
struct Method {
  const google::protobuf::Message* request_prototype;   // owned by protobuf
  const google::protobuf::Message* response_prototype;  // owned by protobuf
  UnaryHandler unary;
  StreamHandler stream;
};

// Filled once at start-up, then read by many threads.
class MethodTable {
 public:
  // Adds a unary RPC under its full name, "mayfly.v1.FunctionService.GetFunction".
  template <typename Request, typename Response>
  void AddUnary(std::string_view full_name,
                std::function<void(std::shared_ptr<ServerCall>, Request&, Response&, UnaryDone)> handler) {
    Add(full_name,
        Method{
            .request_prototype = &Request::default_instance(),
            .response_prototype = &Response::default_instance(),
            .unary =
                [handler = std::move(handler)](std::shared_ptr<ServerCall> call, google::protobuf::Message& request,
                                               google::protobuf::Message& response, UnaryDone done) {
                  handler(std::move(call), static_cast<Request&>(request), static_cast<Response&>(response),
                          std::move(done));
                },
            .stream = nullptr,
        });
  }

  // Adds a server-streaming RPC.
  template <typename Request, typename Response>
  void AddStream(
      std::string_view full_name,
      std::function<void(std::shared_ptr<ServerCall>, const Request&, std::shared_ptr<ServerStream>)> handler) {
    Add(full_name, Method{
                       .request_prototype = &Request::default_instance(),
                       .response_prototype = &Response::default_instance(),
                       .unary = nullptr,
                       .stream =
                           [handler = std::move(handler)](std::shared_ptr<ServerCall> call,
                                                          const google::protobuf::Message& request,
                                                          std::shared_ptr<ServerStream> stream) {
                             handler(std::move(call), static_cast<const Request&>(request), std::move(stream));
                           },
                   });
  }

  // The method of a full name, or nullptr. Valid as long as the table.
  const Method* Find(std::string_view full_name) const;

 private:
  void Add(std::string_view full_name, Method method);

  // Behind pointers, so that what Find returned stays valid while methods are added.
  absl::flat_hash_map<std::string, std::unique_ptr<Method>> methods_;
};

}  // namespace mayfly

#endif  // MAYFLY_BASE_METHOD_TABLE_H_
