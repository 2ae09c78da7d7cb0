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
#include "mayfly/grpc_event.h"
#include "mayfly/grpc_message.h"

namespace mayfly {
namespace {

// One call, from the wait for it to the last of its events: takes what a handler writes and hands it to gRPC one
// message at a time. It owns itself, as a unary call does; the handler's ServerStream points to it until Finish, before
// which it does not end.
class StreamCall {
 public:
  StreamCall(const GrpcStreamMethod& method, GrpcPoller& poller)
      : method_(method), poller_(poller), writer_(&context_) {
    poller_.AddCall();
    context_.AsyncNotifyWhenDone(ended_.tag());
    method_.accept(&context_, &bytes_, &writer_, &poller_.queue(), begun_.tag());
  }

  ~StreamCall() { poller_.RemoveCall(); }

  StreamCall(const StreamCall&) = delete;
  StreamCall& operator=(const StreamCall&) = delete;

 private:
  using Drained = absl::AnyInvocable<void() &&>;

  class Writer final : public ServerStream {
   public:
    explicit Writer(StreamCall& call) : call_(call) {}
    bool Write(const google::protobuf::Message& message) override { return call_.Queue(SerializeMessage(message)); }
    void OnDrained(Drained callback) override { call_.CallWhenDrained(std::move(callback)); }
    void Finish(absl::Status status) override { call_.End(status); }

   private:
    StreamCall& call_;
  };

  void OnBegun(bool ok) {
    if (!ok) return delete this;  // the server is shut down
    new StreamCall(method_, poller_);
    call_ = MakeServerCall(context_);
    request_.reset(method_.method.request_prototype->New());
    if (absl::Status status = Authenticate(method_.authenticator, *call_); !status.ok()) return End(status);
    if (absl::Status status = ParseMessage(bytes_, *request_); !status.ok()) return End(status);
    method_.method.stream(call_, *request_, std::make_shared<Writer>(*this));
  }

  // Who sets `is_writing_` starts the write, outside the lock. A deque's front stays where it is.
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
    writer_.Write(*front, written_.tag());
    return true;
  }

  // A message has been taken by the transport, or could not be.
  void OnWritten(bool ok) {
    Drained drained;
    const grpc::ByteBuffer* next = nullptr;
    std::optional<grpc::Status> end;
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
        end = TakeEnd();
      }
    }
    if (next != nullptr) return writer_.Write(*next, written_.tag());
    if (drained) std::move(drained)();
    if (end.has_value()) writer_.Finish(*end, answered_.tag());
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
    std::optional<grpc::Status> end;
    {
      absl::MutexLock lock(mutex_);
      end_ = ToGrpcStatus(status, *call_);
      end = TakeEnd();
    }
    if (end.has_value()) writer_.Finish(*end, answered_.tag());
  }

  // gRPC's Finish comes once: after the handler's, when no write is under way. Who takes the end finishes, outside the
  // lock and as the last thing it does: this may be gone then.
  std::optional<grpc::Status> TakeEnd() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (!end_.has_value() || is_writing_) return std::nullopt;
    SendMetadataOnce();
    return std::exchange(end_, std::nullopt);
  }

  void SendMetadataOnce() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    if (std::exchange(has_metadata_, true)) return;
    for (const auto& [key, value] : call_->response_metadata()) context_.AddInitialMetadata(key, value);
  }

  void OnAnswered(bool) { Release(); }

  // gRPC is done with the call; or its caller has gone, has cancelled it, or its deadline has passed.
  void OnEnded(bool) {
    if (context_.IsCancelled()) Cancel();
    Release();
  }

  void Cancel() {
    Drained drained;
    {
      absl::MutexLock lock(mutex_);
      is_gone_ = true;
      drained = std::exchange(on_drained_, nullptr);
    }
    if (drained) std::move(drained)();
    call_->Cancel();
  }

  void Release() {
    if (--events_left_ == 0) delete this;
  }

  const GrpcStreamMethod& method_;
  GrpcPoller& poller_;
  grpc::ServerContext context_;
  grpc::ByteBuffer bytes_;
  GrpcStreamWriter writer_;
  std::shared_ptr<ServerCall> call_;
  std::unique_ptr<google::protobuf::Message> request_;
  absl::Mutex mutex_;
  std::deque<grpc::ByteBuffer> queue_ ABSL_GUARDED_BY(mutex_);  // its front is being written
  size_t queue_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  Drained on_drained_ ABSL_GUARDED_BY(mutex_);
  std::optional<grpc::Status> end_ ABSL_GUARDED_BY(mutex_);  // the handler's, until it is taken
  bool is_writing_ ABSL_GUARDED_BY(mutex_) = false;
  bool is_gone_ ABSL_GUARDED_BY(mutex_) = false;
  bool has_metadata_ ABSL_GUARDED_BY(mutex_) = false;
  int events_left_ = 2;  // the answer's and the end's; used by the queue's thread alone
  GrpcCallEvent<StreamCall, &StreamCall::OnBegun> begun_{*this};
  GrpcCallEvent<StreamCall, &StreamCall::OnWritten> written_{*this};
  GrpcCallEvent<StreamCall, &StreamCall::OnAnswered> answered_{*this};
  GrpcCallEvent<StreamCall, &StreamCall::OnEnded> ended_{*this};
};

}  // namespace

void ServeStream(const GrpcStreamMethod& method, GrpcPoller& poller) { new StreamCall(method, poller); }

}  // namespace mayfly
