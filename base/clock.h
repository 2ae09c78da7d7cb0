// Time as a port, so that tests hold it.
#ifndef MAYFLY_BASE_CLOCK_H_
#define MAYFLY_BASE_CLOCK_H_

#include "absl/time/time.h"

namespace mayfly {

// Thread-safe.
class Clock {
 public:
  virtual ~Clock() = default;

  // Wall-clock time, which may be set back; for what is shown and stored, and for deadlines that came over the wire.
  virtual absl::Time Now() const = 0;

  // Time since some moment in the past that never goes back; for measuring.
  virtual absl::Duration Monotonic() const = 0;
};

// The machine's clock.
class SystemClock final : public Clock {
 public:
  absl::Time Now() const override;
  absl::Duration Monotonic() const override;
};

}  // namespace mayfly

#endif  // MAYFLY_BASE_CLOCK_H_
