// Time that stands still until a test moves it.
#ifndef MAYFLY_DATAPLANE_FAKE_TIME_H_
#define MAYFLY_DATAPLANE_FAKE_TIME_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "dataplane/timer_queue.h"

namespace mayfly::dataplane {

// Clock and timers in one. Thread-safe; callbacks run inside Advance.
class FakeTime final : public Clock, public TimerQueue {
 public:
  absl::Time Now() const override { return absl::FromUnixSeconds(1'000'000'000) + Monotonic(); }
  absl::Duration Monotonic() const override {
    absl::MutexLock lock(mutex_);
    return now_;
  }

  Id Schedule(absl::Duration due, Callback callback) override {
    absl::MutexLock lock(mutex_);
    const Id id{.due = due, .number = ++number_};
    callbacks_.emplace(std::pair(id.due, id.number), std::move(callback));
    return id;
  }
  void Cancel(const Id& id) override {
    absl::MutexLock lock(mutex_);
    callbacks_.erase(std::pair(id.due, id.number));
  }

  // Lets time pass, and runs what comes due, each at its time.
  void Advance(absl::Duration time) {
    const absl::Duration end = Monotonic() + time;
    while (Callback callback = TakeDue(end)) std::move(callback)();
    absl::MutexLock lock(mutex_);
    now_ = end;
  }

  size_t scheduled() const {
    absl::MutexLock lock(mutex_);
    return callbacks_.size();
  }

  // Waits until something is scheduled, and says in what time it is due.
  absl::Duration AwaitScheduled() const {
    absl::MutexLock lock(mutex_);
    mutex_.Await(absl::Condition(+[](const Callbacks* callbacks) { return !callbacks->empty(); }, &callbacks_));
    return callbacks_.begin()->first.first - now_;
  }

 private:
  using Callbacks = std::map<std::pair<absl::Duration, uint64_t>, Callback>;

  Callback TakeDue(absl::Duration end) {
    absl::MutexLock lock(mutex_);
    if (callbacks_.empty() || callbacks_.begin()->first.first > end) return nullptr;
    now_ = std::max(now_, callbacks_.begin()->first.first);
    Callback callback = std::move(callbacks_.begin()->second);
    callbacks_.erase(callbacks_.begin());
    return callback;
  }

  mutable absl::Mutex mutex_;
  absl::Duration now_ ABSL_GUARDED_BY(mutex_) = absl::Seconds(1000);
  uint64_t number_ ABSL_GUARDED_BY(mutex_) = 0;
  Callbacks callbacks_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_FAKE_TIME_H_
