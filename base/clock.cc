#include "base/clock.h"

#include "absl/time/clock.h"
#include "base/monotonic.h"

namespace mayfly {

absl::Time SystemClock::Now() const { return absl::Now(); }

absl::Duration SystemClock::Monotonic() const { return absl::Nanoseconds(MonotonicNanos()); }

}  // namespace mayfly
