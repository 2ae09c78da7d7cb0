// The timers of one realm.
#ifndef MAYFLY_RUNTIME_JS_TIMERS_H_
#define MAYFLY_RUNTIME_JS_TIMERS_H_

#include <v8.h>

#include <cstdint>
#include <map>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/time/time.h"

namespace mayfly::runtime::js {

// What setTimeout and setInterval stand on. Timers run in the order of their due times, equal ones in the order they
// were started. Nothing runs by itself: the realm's loop asks. Used by one thread.
class Timers {
 public:
  // Starts a timer; its id counts from 1. A repeated one starts again each time it has run. nullopt when kTimersMax
  // wait already.
  std::optional<int32_t> Start(v8::Isolate* isolate, v8::Local<v8::Function> callback, absl::Duration delay,
                               bool repeats);

  // Does nothing if there is no such timer.
  void Stop(int32_t id);

  // How long until the next timer is due, not negative; nullopt if there is none.
  std::optional<absl::Duration> UntilNext() const;

  // What tells the timers that were started so far from later ones; and stopping all of the latter.
  using Mark = int32_t;
  Mark Last() const { return last_id_; }
  void StopSince(Mark mark);

  // Takes the callback of the timer that is due, if one is, so that the caller runs it.
  v8::MaybeLocal<v8::Function> TakeDue(v8::Isolate* isolate);

 private:
  // Due time in nanoseconds of CLOCK_MONOTONIC, then the order of starting.
  using Key = std::pair<int64_t, int64_t>;

  struct Timer {
    v8::Global<v8::Function> callback;
    absl::Duration delay;
    bool repeats;
    Key key;
  };

  Key KeyAfter(absl::Duration delay);

  int64_t started_ = 0;
  int32_t last_id_ = 0;
  std::map<Key, int32_t> queue_;
  absl::flat_hash_map<int32_t, Timer> timers_;
};

}  // namespace mayfly::runtime::js

#endif  // MAYFLY_RUNTIME_JS_TIMERS_H_
