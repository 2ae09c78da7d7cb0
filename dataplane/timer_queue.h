// Deadlines as a port, so that tests hold the time.
#ifndef MAYFLY_DATAPLANE_TIMER_QUEUE_H_
#define MAYFLY_DATAPLANE_TIMER_QUEUE_H_

#include <cstdint>

#include "absl/functional/any_invocable.h"
#include "absl/time/time.h"

namespace mayfly::dataplane {

// Runs callbacks at their time. Thread-safe.
class TimerQueue {
 public:
  virtual ~TimerQueue() = default;

  using Callback = absl::AnyInvocable<void() &&>;

  // Names one scheduled callback; a default one names none.
  struct Id {
    absl::Duration due;
    uint64_t number = 0;
  };

  // Runs `callback` once Clock::Monotonic has reached `due`: on a thread of the data plane's executor, never from
  // inside this call, never under a lock.
  virtual Id Schedule(absl::Duration due, Callback callback) = 0;

  // Forgets a callback that has not begun to run. One that has may still be running when this returns.
  virtual void Cancel(const Id& id) = 0;
};

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_TIMER_QUEUE_H_
