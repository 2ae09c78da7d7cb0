// What one call may use and carry, as an operator has set it.
#ifndef MAYFLY_DATAPLANE_CALL_LIMITS_H_
#define MAYFLY_DATAPLANE_CALL_LIMITS_H_

#include <cstddef>

#include "absl/time/time.h"
#include "base/limits.h"

namespace mayfly::dataplane {

// None is more than its default, for which the memory that host and worker share is made.
struct CallLimits {
  absl::Duration timeout_max = kTimeoutMax;  // whatever the manifest and the caller say
  absl::Duration cpu_time_max = kCpuTimeMax;
  size_t event_bytes_max = kEventBytesMax;
  size_t result_bytes_max = kResultBytesMax;
  size_t log_bytes_max = kLogBytesMax;
  size_t source_bytes_max = kManifestBytesMax;  // of source that is run without being stored
};

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_CALL_LIMITS_H_
