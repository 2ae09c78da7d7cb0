#include "mayfly/grpc_stream.h"

#include <google/protobuf/message.h>

#include <deque>
#include <memory>
#include <optional>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "base/limits.h"
#include "mayfly/grpc_call.h"
#include "mayfly/grpc_message.h"

namespace mayfly {
namespace {

// Takes what a handler writes and hands it to gRPC one message at a time. gRPC owns the reactor, the handler a
// ServerStream that points to it until Finish, before which gRPC does not end it.
class StreamReactor final : public grpc::ServerWriteReactor<grpc::ByteBuffer> {
 public:
  StreamReactor(const Method& method, grpc::CallbackServerContext& context)
      : context_(context), call_(MakeServerCall(context)), request_(method.request_prototype->New()) {}

  void Start(const Method& method, const Authenticator& authenticator, const grpc::ByteBuffer& request) {
    if (absl::Status status = Authenticate(authenticator, *call_); !status.ok()) return End(status);
    if (absl::Status status = ParseMessage(request, *request_); !status.ok()) return End(status);
    method.stream(call_, *request_, std::make_shared<Writer>(*this));
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
    const grpc::ByteBuffer* next = nullptr;
    {
      absl::MutexLock lock(mutex_);
      if (!ok) is_gone_ = true;
      queue_bytes_ -= queue_.front().Length();
      queue_.pop_front();
      is_writing_ = !queue_.empty() && !is_gone_;
      if (is_writing_) {
        next = &queue_.front();
      } else {
        drained = std::exchange(on_drained_, nullptr);
      }
    }
    if (next != nullptr) return StartWrite(next);
    if (drained) std::move(drained)();
    FinishIfEnded();
  }

  void OnDone() override { delete this; }

 private:
  using Drained = absl::AnyInvocable<void() &&>;

  class Writer final : public ServerStream {
   public:
    explicit Writer(StreamReactor& reactor) : reactor_(reactor) {}
    bool Write(const google::protobuf::Message& message) override { return reactor_.Queue(SerializeMessage(message)); }
    void OnDrained(Drained callback) override { reactor_.CallWhenDrained(std::move(callback)); }
    void Finish(absl::Status status) override { reactor_.End(status); }

   private:
    StreamReactor& reactor_;
  };

  // Who sets `is_writing_` starts the write, outside the lock: gRPC may call back at once. A deque's front stays where
  // it is.
  bool Queue(grpc::ByteBuffer message) {
    const grpc::ByteBuffer* front = nullptr;
    {
      absl::MutexLock lock(mutex_);
      const bool is_full = queue_.size() >= kWatchQueueMax || queue_bytes_ + message.Length() > kStreamBytesMax;
      if (is_gone_ || (is_full && !queue_.empty())) return false;
      queue_bytes_ += message.Length();
      queue_.push_back(std::move(message));
      if (std::exchange(is_writing_, true)) return true;
      SendMetadataOnce();
      front = &queue_.front();
    }
    StartWrite(front);
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
    Finish(std::move(end));
  }

  void SendMetadataOnce() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (std::exchange(has_metadata_, true)) return;
    for (const auto& [key, value] : call_->response_metadata()) context_.AddInitialMetadata(key, value);
  }

  grpc::CallbackServerContext& context_;
  const std::shared_ptr<ServerCall> call_;
  const std::unique_ptr<google::protobuf::Message> request_;
  absl::Mutex mutex_;
  std::deque<grpc::ByteBuffer> queue_ ABSL_GUARDED_BY(mutex_);  // its front is being written
  size_t queue_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  Drained on_drained_ ABSL_GUARDED_BY(mutex_);
  std::optional<grpc::Status> end_ ABSL_GUARDED_BY(mutex_);
  bool is_writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_gone_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_finished_ ABSL_GUARDED_BY(mutex_) = false;
  bool has_metadata_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace

grpc::ServerWriteReactor<grpc::ByteBuffer>* ServeStream(const Method& method, const Authenticator& authenticator,
                                                        grpc::CallbackServerContext& context,
                                                        const grpc::ByteBuffer& request) {
  auto* reactor = new StreamReactor(method, context);
  reactor->Start(method, authenticator, request);
  return reactor;
}

}  // namespace mayfly
