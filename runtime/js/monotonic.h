// The clock that timers and phases are measured with.
#ifndef MAYFLY_RUNTIME_JS_MONOTONIC_H_
#define MAYFLY_RUNTIME_JS_MONOTONIC_H_

#include <time.h>

#include <cstdint>

namespace mayfly::runtime::js {

// CLOCK_MONOTONIC, which needs no system call and never goes back.
inline int64_t MonotonicNanos() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace mayfly::runtime::js

#endif  // MAYFLY_RUNTIME_JS_MONOTONIC_H_
