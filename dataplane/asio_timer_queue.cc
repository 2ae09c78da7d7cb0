#include "dataplane/asio_timer_queue.h"

#include <boost/system/error_code.hpp>
#include <chrono>
#include <vector>

#include "base/monotonic.h"

namespace mayfly::dataplane {
namespace {

// CLOCK_MONOTONIC, which is also what std::chrono::steady_clock and SystemClock::Monotonic read.
absl::Duration Now() { return absl::Nanoseconds(MonotonicNanos()); }

}  // namespace

AsioTimerQueue::AsioTimerQueue(boost::asio::any_io_executor executor) : timer_(std::move(executor)) {}

TimerQueue::Id AsioTimerQueue::Schedule(absl::Duration due, Callback callback) {
  absl::MutexLock lock(mutex_);
  const Id id{.due = due, .number = ++number_};
  callbacks_.emplace(Key(id.due, id.number), std::move(callback));
  if (due < armed_) Arm(due);
  return id;
}

void AsioTimerQueue::Cancel(const Id& id) {
  Callback forgotten;  // destroyed after the lock: what it holds may call back
  absl::MutexLock lock(mutex_);
  const auto found = callbacks_.find(Key(id.due, id.number));
  if (found == callbacks_.end()) return;
  forgotten = std::move(found->second);
  callbacks_.erase(found);
}

void AsioTimerQueue::Arm(absl::Duration due) {
  armed_ = due;
  timer_.expires_at(std::chrono::steady_clock::time_point(absl::ToChronoNanoseconds(due)));
  timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) OnTimer();
  });
}

void AsioTimerQueue::OnTimer() {
  std::vector<Callback> due;
  {
    absl::MutexLock lock(mutex_);
    const absl::Duration now = Now();
    while (!callbacks_.empty() && callbacks_.begin()->first.first <= now) {
      due.push_back(std::move(callbacks_.begin()->second));
      callbacks_.erase(callbacks_.begin());
    }
    armed_ = absl::InfiniteDuration();
    if (!callbacks_.empty()) Arm(callbacks_.begin()->first.first);
  }
  for (Callback& callback : due) std::move(callback)();
}

}  // namespace mayfly::dataplane
