// A server-streaming gRPC call through the method table.
#ifndef MAYFLY_MAYFLY_GRPC_STREAM_H_
#define MAYFLY_MAYFLY_GRPC_STREAM_H_

#include <grpcpp/server_context.h>
#include <grpcpp/support/server_callback.h>

#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "base/authenticator.h"
#include "base/limits.h"
#include "base/method_table.h"
#include "mayfly/grpc_call.h"

namespace mayfly {

// Takes what a handler writes and hands it to gRPC one message at a time. gRPC owns the reactor, the handler a
// ServerStream that points to it until Finish, before which gRPC does not end it.
template <typename Response>
class StreamReactor final : public grpc::ServerWriteReactor<Response> {
 public:
  // `request` is gRPC's and lives until the reactor is done with.
  static StreamReactor* Serve(const Method& method, const Authenticator& authenticator,
                              grpc::CallbackServerContext& context, const google::protobuf::Message& request) {
    auto* reactor = new StreamReactor(context);
    const std::shared_ptr<ServerCall> call = reactor->call_;
    if (absl::Status status = Authenticate(authenticator, *call); !status.ok()) {
      reactor->End(status);
    } else {
      method.stream(call, request, std::make_shared<Writer>(*reactor));
    }
    return reactor;
  }

  void OnCancel() override {
    Drained drained;
    {
      absl::MutexLock lock(mutex_);
      is_gone_ = true;
      drained = std::exchange(on_drained_, nullptr);
    }
    if (drained) std::move(drained)();
    call_->Cancel();
  }

  // A message has been taken by the transport, or could not be.
  void OnWriteDone(bool ok) override {
    Drained drained;
    const Response* next = nullptr;
    {
      absl::MutexLock lock(mutex_);
      if (!ok) is_gone_ = true;
      queue_.pop_front();
      is_writing_ = !queue_.empty() && !is_gone_;
      if (is_writing_) {
        next = &queue_.front();
      } else {
        drained = std::exchange(on_drained_, nullptr);
      }
    }
    if (next != nullptr) return this->StartWrite(next);
    if (drained) std::move(drained)();
    FinishIfEnded();
  }

  void OnDone() override { delete this; }

 private:
  using Drained = absl::AnyInvocable<void() &&>;

  class Writer final : public ServerStream {
   public:
    explicit Writer(StreamReactor& reactor) : reactor_(reactor) {}
    bool Write(const google::protobuf::Message& message) override {
      return reactor_.Queue(static_cast<const Response&>(message));
    }
    void OnDrained(Drained callback) override { reactor_.CallWhenDrained(std::move(callback)); }
    void Finish(absl::Status status) override { reactor_.End(status); }

   private:
    StreamReactor& reactor_;
  };

  explicit StreamReactor(grpc::CallbackServerContext& context) : context_(context), call_(MakeServerCall(context)) {}

  // Who sets `is_writing_` starts the write, outside the lock: gRPC may call back at once. A deque's front stays where
  // it is.
  bool Queue(const Response& message) {
    const Response* front = nullptr;
    {
      absl::MutexLock lock(mutex_);
      if (is_gone_ || queue_.size() >= kWatchQueueMax) return false;
      queue_.push_back(message);
      if (std::exchange(is_writing_, true)) return true;
      SendMetadataOnce();
      front = &queue_.front();
    }
    this->StartWrite(front);
    return true;
  }

  void CallWhenDrained(Drained callback) {
    {
      absl::MutexLock lock(mutex_);
      if (is_writing_ && !is_gone_) {
        on_drained_ = std::move(callback);
        return;
      }
    }
    std::move(callback)();
  }

  void End(const absl::Status& status) {
    {
      absl::MutexLock lock(mutex_);
      end_ = ToGrpcStatus(status, *call_);
    }
    FinishIfEnded();
  }

  // gRPC's Finish comes once: after the handler's, when no write is under way.
  void FinishIfEnded() {
    grpc::Status end;
    {
      absl::MutexLock lock(mutex_);
      if (!end_.has_value() || is_writing_ || std::exchange(is_finished_, true)) return;
      SendMetadataOnce();
      end = *end_;
    }
    this->Finish(std::move(end));
  }

  void SendMetadataOnce() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (std::exchange(has_metadata_, true)) return;
    for (const auto& [key, value] : call_->response_metadata()) context_.AddInitialMetadata(key, value);
  }

  grpc::CallbackServerContext& context_;
  const std::shared_ptr<ServerCall> call_;
  absl::Mutex mutex_;
  std::deque<Response> queue_ ABSL_GUARDED_BY(mutex_);  // its front is being written
  Drained on_drained_ ABSL_GUARDED_BY(mutex_);
  std::optional<grpc::Status> end_ ABSL_GUARDED_BY(mutex_);
  bool is_writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_gone_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_finished_ ABSL_GUARDED_BY(mutex_) = false;
  bool has_metadata_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_GRPC_STREAM_H_
