#include "controlplane/watcher.h"

#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "base/error.h"
#include "base/reason.h"

namespace mayfly::controlplane {

Watcher::Watcher(Store& store, Executor& executor, std::shared_ptr<ServerCall> call, std::string resume_token,
                 std::shared_ptr<ServerStream> stream, OnFinished on_finished)
    : executor_(executor),
      call_(std::move(call)),
      stream_(std::move(stream)),
      on_finished_(std::move(on_finished)),
      cursor_(store, std::move(resume_token)) {}

void Watcher::Start() {
  // Not owning: the call is kept by its door, possibly for longer than the feed lives.
  call_->OnCancel([weak = weak_from_this()] {
    const std::shared_ptr<Watcher> watcher = weak.lock();
    if (watcher == nullptr) return;
    watcher->End(MakeError(absl::StatusCode::kCancelled, reason::kCancelled, "the watch was cancelled by its reader"));
  });
  Notify();
}

void Watcher::Schedule() {
  state_ = State::kScheduled;
  const bool submitted = executor_.Submit([self = shared_from_this()] { self->Run(); });
  CHECK(submitted) << "the feed's executor has room for each of its watchers";
}

void Watcher::Notify() {
  absl::MutexLock lock(mutex_);
  has_news_ = true;
  if (state_ == State::kIdle) Schedule();
}

void Watcher::End(absl::Status status) {
  absl::MutexLock lock(mutex_);
  if (state_ == State::kFinished) return;
  end_status_.Update(status);
  if (state_ != State::kScheduled) Schedule();
}

void Watcher::OnDrained() {
  absl::MutexLock lock(mutex_);
  if (state_ == State::kDraining) Schedule();
}

void Watcher::Run() {
  while (true) {
    absl::Status status;
    {
      absl::MutexLock lock(mutex_);
      status = end_status_;
      has_news_ = false;
    }
    bool wrote = false;
    if (status.ok()) status = WriteBatch(wrote);
    if (!status.ok()) return Finish(status);
    if (Rest(wrote)) return;
  }
}

absl::Status Watcher::WriteBatch(bool& wrote) {
  const absl::StatusOr<std::vector<v1::WatchFunctionsResponse>> messages = cursor_.Next();
  if (!messages.ok()) return messages.status();
  for (const v1::WatchFunctionsResponse& message : *messages) {
    // It was drained before, and a batch is less than it holds: so the reader is gone.
    if (!stream_->Write(message)) {
      return MakeError(absl::StatusCode::kCancelled, reason::kCancelled, "the watch's reader is gone");
    }
    wrote = true;
  }
  return absl::OkStatus();
}

bool Watcher::Rest(bool wrote) {
  {
    absl::MutexLock lock(mutex_);
    if (!end_status_.ok() || (has_news_ && !wrote)) return false;
    state_ = wrote ? State::kDraining : State::kIdle;
  }
  // Not under the lock: it may call back at once.
  if (wrote)
    stream_->OnDrained([weak = weak_from_this()] {
      if (const std::shared_ptr<Watcher> watcher = weak.lock()) watcher->OnDrained();
    });
  return true;
}

void Watcher::Finish(absl::Status status) {
  {
    absl::MutexLock lock(mutex_);
    state_ = State::kFinished;
  }
  call_->OnCancel({});
  stream_->Finish(std::move(status));
  std::move(on_finished_)(shared_from_this());
}

}  // namespace mayfly::controlplane
