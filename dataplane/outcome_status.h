// From what happened to a call to the error its caller sees: DESIGN's table of outcomes.
#ifndef MAYFLY_DATAPLANE_OUTCOME_STATUS_H_
#define MAYFLY_DATAPLANE_OUTCOME_STATUS_H_

#include <cstddef>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "runtime/channel/messages.h"

namespace mayfly::dataplane {

struct FunctionRevision;

// What a call is for.
enum class Purpose {
  kInvoke,  // of a stored function
  kRun,     // of source that is stored nowhere
  kCheck,   // only to see whether it loads
};

// Where a call was when it ended.
enum class Phase { kQueue, kLoad, kRun };

// The error of a load or a run whose outcome is not kReturned, with a FunctionError among its details. INTERNAL
// WORKER_CRASHED for an outcome that `phase` can't have: such a worker lies.
absl::Status OutcomeStatus(runtime::Outcome outcome, const runtime::GuestError& error, const FunctionRevision& function,
                           Purpose purpose, Phase phase);

// Whether a worker that gave this outcome to a run may be made pristine and used again.
bool LeavesWorkerUsable(runtime::Outcome outcome);

// RESOURCE_EXHAUSTED RESULT_TOO_LARGE: its result has more than `bytes_max` bytes.
absl::Status ResultTooLargeStatus(const FunctionRevision& function, size_t bytes_max);

// RESOURCE_EXHAUSTED CPU_LIMIT: it was stopped because it had used `limit` of CPU time.
absl::Status CpuLimitStatus(const FunctionRevision& function, absl::Duration limit);

// The error of a call whose worker has ended. `status` is as Worker's callbacks give it.
absl::Status WorkerEndStatus(const absl::Status& status, const FunctionRevision& function, Phase phase);

// The error of a call whose budget (`budget`, from its arrival) is used up.
absl::Status TimeoutStatus(const FunctionRevision& function, absl::Duration budget, Phase phase);

// The error of a call whose caller has gone.
absl::Status CancelledStatus(const FunctionRevision& function);

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_OUTCOME_STATUS_H_
