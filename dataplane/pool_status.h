// The errors of the pool itself. After each of them but LoadTimeoutStatus, nothing of the call has run.
#ifndef MAYFLY_DATAPLANE_POOL_STATUS_H_
#define MAYFLY_DATAPLANE_POOL_STATUS_H_

#include <cstdint>
#include <string_view>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace mayfly::dataplane {

struct FunctionRevision;

// UNAVAILABLE OVERLOADED with RetryInfo: `whose` queue ("'hello'") already has `limit` calls.
absl::Status QueueFullStatus(std::string_view whose, int limit);

// UNAVAILABLE OVERLOADED with RetryInfo: the factory could not start a worker, for the reason that `status` says.
absl::Status NotStartedStatus(const absl::Status& status);

// UNAVAILABLE FUNCTION_QUARANTINED with RetryInfo: its workers have crashed again and again; it may be called when
// `pause` is over.
absl::Status QuarantinedStatus(const FunctionRevision& function, absl::Duration pause);

// FAILED_PRECONDITION MEMORY_BUDGET_EXCEEDED: its cap is larger than what all workers together may have.
absl::Status OverBudgetStatus(const FunctionRevision& function, int64_t budget_bytes);

// DEADLINE_EXCEEDED FUNCTION_TIMEOUT: a worker was ended because its start and load took longer than `limit`.
absl::Status LoadTimeoutStatus(const FunctionRevision& function, absl::Duration limit);

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_POOL_STATUS_H_
