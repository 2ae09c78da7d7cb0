// Time that stands still until a test moves it.
#ifndef MAYFLY_DATAPLANE_FAKE_TIME_H_
#define MAYFLY_DATAPLANE_FAKE_TIME_H_

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>

#include "absl/time/time.h"
#include "base/clock.h"
#include "dataplane/timer_queue.h"

namespace mayfly::dataplane {

// Clock and timers in one. Not thread-safe.
class FakeTime final : public Clock, public TimerQueue {
 public:
  absl::Time Now() const override { return absl::FromUnixSeconds(1'000'000'000) + now_; }
  absl::Duration Monotonic() const override { return now_; }

  Id Schedule(absl::Duration due, Callback callback) override {
    const Id id{.due = due, .number = ++number_};
    callbacks_.emplace(std::pair(id.due, id.number), std::move(callback));
    return id;
  }
  void Cancel(const Id& id) override { callbacks_.erase(std::pair(id.due, id.number)); }

  // Lets time pass, and runs what comes due, each at its time.
  void Advance(absl::Duration time) {
    const absl::Duration end = now_ + time;
    while (!callbacks_.empty() && callbacks_.begin()->first.first <= end) {
      now_ = std::max(now_, callbacks_.begin()->first.first);
      Callback callback = std::move(callbacks_.begin()->second);
      callbacks_.erase(callbacks_.begin());
      std::move(callback)();
    }
    now_ = end;
  }

  size_t scheduled() const { return callbacks_.size(); }

 private:
  absl::Duration now_ = absl::Seconds(1000);
  uint64_t number_ = 0;
  std::map<std::pair<absl::Duration, uint64_t>, Callback> callbacks_;
};

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_FAKE_TIME_H_
