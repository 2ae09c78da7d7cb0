// Deadlines on a Boost.Asio executor.
#ifndef MAYFLY_DATAPLANE_ASIO_TIMER_QUEUE_H_
#define MAYFLY_DATAPLANE_ASIO_TIMER_QUEUE_H_

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/btree_map.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "dataplane/timer_queue.h"

namespace mayfly::dataplane {

// All deadlines share one steady_timer, which is set only when a deadline comes before the one it is set for. Most
// calls end long before their deadline, so scheduling and cancelling costs a map entry and no system call. The executor
// must have stopped before this is destroyed.
class AsioTimerQueue final : public TimerQueue {
 public:
  explicit AsioTimerQueue(boost::asio::any_io_executor executor);

  Id Schedule(absl::Duration due, Callback callback) override;
  void Cancel(const Id& id) override;

 private:
  using Key = std::pair<absl::Duration, uint64_t>;

  void Arm(absl::Duration due) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnTimer();

  absl::Mutex mutex_;
  boost::asio::steady_timer timer_ ABSL_GUARDED_BY(mutex_);
  absl::Duration armed_ ABSL_GUARDED_BY(mutex_) = absl::InfiniteDuration();
  uint64_t number_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::btree_map<Key, Callback> callbacks_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_ASIO_TIMER_QUEUE_H_
