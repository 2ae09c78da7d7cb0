// How much a pool may use, and what this machine can bear.
#ifndef MAYFLY_DATAPLANE_POOL_LIMITS_H_
#define MAYFLY_DATAPLANE_POOL_LIMITS_H_

#include <cstdint>
#include <limits>
#include <optional>
#include <string>

#include "absl/time/time.h"
#include "base/limits.h"
#include "dataplane/worker.h"

namespace mayfly::dataplane {

struct PoolLimits {
  // Worker processes in all, and of one function.
  int workers_max = 16;
  int workers_per_function_max = 8;
  // A function's further workers, after its first, are made as soon as calls wait for them, while it has fewer than so
  // many and fewer than so many run calls in all; else one by one, when a call has waited for `growth_time` with those
  // there are, as it does when guests wait for something. A call that takes microseconds is served sooner by a worker
  // that is there, and more workers than keep the cores busy only drive each other out of the caches. Where workers
  // renew themselves; a worker that needs milliseconds between two calls always gets company.
  int workers_at_once = std::numeric_limits<int>::max();
  absl::Duration growth_time = kGrowthTimeDefault;
  // The memory caps of all workers together.
  int64_t memory_budget_bytes = int64_t{2} * 1024 * 1024 * 1024;
  // Calls that wait for a worker: of one function (throw-away runs count as one function), and in all.
  int queue_per_function_max = kQueuePerFunctionMax;
  int queue_max = kQueueMax;
  // When a worker is retired. No number of calls: what its renewal bears, kPreparedCallsMax or kRewoundCallsMax.
  std::optional<int> worker_calls_max;
  absl::Duration worker_age_max = kWorkerAgeMax;
  // How long a start with its load may take, and each preparation.
  absl::Duration load_time_max = kLoadTimeMax;
  absl::Duration starvation_time_max = kStarvationTimeMax;
  // When a function that crashes goes into quarantine, for how long first, and for how long at most.
  int crashes_max = kCrashesInARowMax;
  absl::Duration quarantine_time_min = kQuarantineMin;
  absl::Duration quarantine_time_max = kQuarantineMax;
};

// The calls after which a worker is retired: `worker_calls_max`, or what its renewal bears.
int WorkerCallsMax(const PoolLimits& limits, Renewal renewal);

struct MachineResources {
  double cores = 1;
  int64_t memory_bytes = 0;
};

// What this process may use: the cores it may run on, no more than its cgroup's quota; the machine's memory, no more
// than the limits of its cgroup and those above (version 2 of cgroups, and 1). What can't be read is taken as not
// limited. `root` is where /proc and /sys are found: "" but in tests.
MachineResources ProbeMachine(const std::string& root);

// The memory that workers may have together: three quarters of the machine's, and at most what is left when the server
// and its zygotes have theirs (kHostReservedBytes). What a worker uses beyond its cap, memory that it shares with the
// server above all, is in the rest.
int64_t MemoryBudget(const MachineResources& machine);

// Sixteen workers a core, at least eight and as many as the memory budget holds at the default cap; of one function at
// most four a core, at least four, and two a core at once, at least two.
PoolLimits DefaultPoolLimits(const MachineResources& machine);

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_POOL_LIMITS_H_
