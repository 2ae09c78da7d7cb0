// A reader of a stream, held by a test.
#ifndef MAYFLY_CONTROLPLANE_TESTING_STREAM_H_
#define MAYFLY_CONTROLPLANE_TESTING_STREAM_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "base/method_table.h"
#include "mayfly/v1/function_service.pb.h"

namespace mayfly::controlplane {

// Takes each message at once, or, while it is stalled, lets them wait. Thread-safe.
class TestingStream final : public ServerStream {
 public:
  bool Write(const google::protobuf::Message& message) override {
    absl::MutexLock lock(mutex_);
    if (gone_) return false;
    messages_.push_back(static_cast<const v1::WatchFunctionsResponse&>(message));
    return true;
  }

  void OnDrained(absl::AnyInvocable<void() &&> callback) override {
    {
      absl::MutexLock lock(mutex_);
      if (stalled_ && !gone_) {
        on_drained_ = std::move(callback);
        return;
      }
    }
    std::move(callback)();
  }

  void Finish(absl::Status status) override {
    absl::MutexLock lock(mutex_);
    status_ = std::move(status);
  }

  void Stall() {
    absl::MutexLock lock(mutex_);
    stalled_ = true;
  }

  void Resume() {
    absl::AnyInvocable<void() &&> callback;
    {
      absl::MutexLock lock(mutex_);
      stalled_ = false;
      callback = std::exchange(on_drained_, nullptr);
    }
    if (callback) std::move(callback)();
  }

  // The reader hangs up without cancelling.
  void HangUp() {
    {
      absl::MutexLock lock(mutex_);
      gone_ = true;
    }
    Resume();
  }

  // Waits until the stream waits for its stalled reader.
  void AwaitStall() {
    absl::MutexLock lock(mutex_);
    mutex_.Await(absl::Condition(this, &TestingStream::WaitsForReader));
  }

  // Waits for `count` messages in all, and returns them as "PUT a@1", "DELETED a", "SYNCED", "RESET".
  std::vector<std::string> Await(size_t count) {
    absl::MutexLock lock(mutex_);
    awaited_ = count;
    mutex_.Await(absl::Condition(this, &TestingStream::HasAwaited));
    std::vector<std::string> told;
    for (const v1::WatchFunctionsResponse& message : messages_) told.push_back(Told(message));
    return told;
  }

  // Waits for the end.
  absl::Status AwaitFinish() {
    absl::MutexLock lock(mutex_);
    mutex_.Await(absl::Condition(this, &TestingStream::IsFinished));
    return *status_;
  }

  std::vector<v1::WatchFunctionsResponse> messages() {
    absl::MutexLock lock(mutex_);
    return messages_;
  }

  static std::string Told(const v1::WatchFunctionsResponse& message) {
    const std::string kind = v1::WatchFunctionsResponse::Kind_Name(message.kind());
    const v1::Function& function = message.function();
    const std::string id = function.name().substr(function.name().rfind('/') + 1);
    if (message.kind() == v1::WatchFunctionsResponse::PUT) return absl::StrCat(kind, " ", id, "@", function.revision());
    return id.empty() ? kind : absl::StrCat(kind, " ", id);
  }

 private:
  bool HasAwaited() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return messages_.size() >= awaited_; }
  bool IsFinished() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return status_.has_value(); }
  bool WaitsForReader() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return on_drained_ != nullptr; }

  absl::Mutex mutex_;
  std::vector<v1::WatchFunctionsResponse> messages_ ABSL_GUARDED_BY(mutex_);
  size_t awaited_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stalled_ ABSL_GUARDED_BY(mutex_) = false;
  bool gone_ ABSL_GUARDED_BY(mutex_) = false;
  absl::AnyInvocable<void() &&> on_drained_ ABSL_GUARDED_BY(mutex_);
  std::optional<absl::Status> status_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace mayfly::controlplane

#endif  // MAYFLY_CONTROLPLANE_TESTING_STREAM_H_
