#include "dataplane/function_watcher.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <grpcpp/support/client_callback.h>

#include <algorithm>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/log/log.h"
#include "absl/synchronization/mutex.h"
#include "dataplane/catalog.h"
#include "dataplane/peer_status.h"
#include "mayfly/v1/function_service.grpc.pb.h"

namespace mayfly::dataplane {

using Change = v1::WatchFunctionsResponse;

class FunctionWatcher::Core : public std::enable_shared_from_this<Core> {
 public:
  Core(std::shared_ptr<grpc::ChannelInterface> channel, Options options, Catalog& catalog, TimerQueue& timers,
       const Clock& clock)
      : options_(std::move(options)),
        stub_(v1::FunctionService::NewStub(std::move(channel))),
        catalog_(catalog),
        timers_(timers),
        clock_(clock),
        pause_(options_.retry_min) {}

  void Open();
  void Stop();
  State state() const;

  // From the stream: a message; that it must not be cancelled any more; that it is gone.
  void OnChange(const Change& change);
  void OnEnding();
  void OnEnd(const grpc::Status& status);

 private:
  const Options options_;
  // Holds the channel, whose end must not come on one of gRPC's own threads: Stop lets go of it. Streams do so before
  // OnEnd.
  std::unique_ptr<v1::FunctionService::Stub> stub_;
  Catalog& catalog_;
  TimerQueue& timers_;
  const Clock& clock_;

  mutable absl::Mutex mutex_;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  bool streaming_ ABSL_GUARDED_BY(mutex_) = false;    // a stream has been made and is not gone
  Stream* stream_ ABSL_GUARDED_BY(mutex_) = nullptr;  // owns itself; null once it is ending
  State state_ ABSL_GUARDED_BY(mutex_) = State::kAway;
  std::string token_ ABSL_GUARDED_BY(mutex_);
  absl::Duration pause_ ABSL_GUARDED_BY(mutex_);
  TimerQueue::Id timer_ ABSL_GUARDED_BY(mutex_);
};

// One WatchFunctions call; deletes itself when gRPC has told its end.
class FunctionWatcher::Stream final : public grpc::ClientReadReactor<Change> {
 public:
  Stream(std::shared_ptr<Core> core, std::string token, const Metadata& metadata) : core_(std::move(core)) {
    request_.set_resume_token(std::move(token));
    for (const auto& [key, value] : metadata) context_.AddMetadata(key, value);
  }

  void Begin(v1::FunctionService::Stub& stub) {
    stub.async()->WatchFunctions(&context_, &request_, this);
    StartRead(&change_);
    StartCall();
  }
  void Cancel() { context_.TryCancel(); }

  void OnReadDone(bool ok) override {
    if (!ok) return;
    core_->OnChange(change_);
    change_.Clear();
    StartRead(&change_);
  }
  void OnDone(const grpc::Status& status) override {
    const std::shared_ptr<Core> core = core_;
    const grpc::Status ended = status;
    core->OnEnding();
    delete this;
    core->OnEnd(ended);
  }

 private:
  const std::shared_ptr<Core> core_;
  grpc::ClientContext context_;
  v1::WatchFunctionsRequest request_;
  Change change_;
};

void FunctionWatcher::Core::Open() {
  std::string token;
  Stream* stream;
  {
    absl::MutexLock lock(mutex_);
    if (stopping_) return;
    token = token_;
    streaming_ = true;
    stream_ = stream = new Stream(shared_from_this(), token, options_.metadata);
  }
  if (token.empty()) {
    Change reset;
    reset.set_kind(Change::RESET);
    catalog_.Apply(reset);
  }
  stream->Begin(*stub_);  // it may be gone when this returns
}

void FunctionWatcher::Core::OnChange(const Change& change) {
  catalog_.Apply(change);
  absl::MutexLock lock(mutex_);
  pause_ = options_.retry_min;
  state_ = change.kind() == Change::SYNCED || (state_ == State::kSynced && change.kind() != Change::RESET)
               ? State::kSynced
               : State::kTelling;
  if (change.kind() == Change::RESET || !change.resume_token().empty()) token_ = change.resume_token();
}

void FunctionWatcher::Core::OnEnding() {
  absl::MutexLock lock(mutex_);
  stream_ = nullptr;
}

void FunctionWatcher::Core::OnEnd(const grpc::Status& status) {
  absl::MutexLock lock(mutex_);
  streaming_ = false;
  state_ = State::kAway;
  if (stopping_) return;
  LOG(WARNING) << "the watch of the control plane's functions ended, and begins again in " << pause_ << ": "
               << FromPeer(status);
  timer_ = timers_.Schedule(clock_.Monotonic() + pause_, [weak = weak_from_this()] {
    if (const std::shared_ptr<Core> core = weak.lock()) core->Open();
  });
  pause_ = std::min(pause_ * 2, options_.retry_max);
}

void FunctionWatcher::Core::Stop() {
  absl::MutexLock lock(mutex_);
  stopping_ = true;
  timers_.Cancel(timer_);
  if (stream_ != nullptr) stream_->Cancel();
  mutex_.Await(absl::Condition(+[](bool* streaming) { return !*streaming; }, &streaming_));
  stub_.reset();
}

FunctionWatcher::State FunctionWatcher::Core::state() const {
  absl::MutexLock lock(mutex_);
  return state_;
}

FunctionWatcher::FunctionWatcher(std::shared_ptr<grpc::ChannelInterface> channel, Options options, Catalog& catalog,
                                 TimerQueue& timers, const Clock& clock)
    : core_(std::make_shared<Core>(std::move(channel), std::move(options), catalog, timers, clock)) {}

FunctionWatcher::~FunctionWatcher() { core_->Stop(); }

void FunctionWatcher::Start() { core_->Open(); }

FunctionWatcher::State FunctionWatcher::state() const { return core_->state(); }

}  // namespace mayfly::dataplane
