// The clock that timers and phases are measured with, for code that needs no port for time (base/clock.h is the port).
#ifndef MAYFLY_BASE_MONOTONIC_H_
#define MAYFLY_BASE_MONOTONIC_H_

#include <time.h>

#include <cstdint>

namespace mayfly {

// Nanoseconds of CLOCK_MONOTONIC, which needs no system call and never goes back. Thread-safe.
inline int64_t MonotonicNanos() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

}  // namespace mayfly

#endif  // MAYFLY_BASE_MONOTONIC_H_
