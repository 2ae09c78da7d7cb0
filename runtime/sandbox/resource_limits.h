// The limits that the kernel keeps for a worker.
#ifndef MAYFLY_RUNTIME_SANDBOX_RESOURCE_LIMITS_H_
#define MAYFLY_RUNTIME_SANDBOX_RESOURCE_LIMITS_H_

#include <cstdint>

#include "absl/status/status.h"

namespace mayfly::runtime {

// From now on, and for ever, this process writes no core and no file, locks no memory, has at most kWorkerFdsMax
// descriptors, and may add `memory_bytes` to the memory it has now: what is more fails with ENOMEM. Needs /proc.
absl::Status LimitResources(int64_t memory_bytes);

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_SANDBOX_RESOURCE_LIMITS_H_
