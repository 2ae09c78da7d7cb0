// What the pool sets off.
#ifndef MAYFLY_DATAPLANE_POOL_EFFECTS_H_
#define MAYFLY_DATAPLANE_POOL_EFFECTS_H_

#include <memory>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/statusor.h"
#include "dataplane/function_pool.h"
#include "dataplane/memory_gate.h"
#include "dataplane/pool.h"
#include "dataplane/worker_slot.h"

namespace mayfly::dataplane {

// What is to be done once the lock is released.
struct Pool::Effects {
  struct Grant {
    std::shared_ptr<PoolWaiter> waiter;
    Lease lease;
  };
  struct Failure {
    std::shared_ptr<PoolWaiter> waiter;
    absl::StatusOr<runtime::LoadReply> reply;
    Load load;
  };

  struct Refusal {
    std::shared_ptr<PoolWaiter> waiter;
    absl::Status status;
  };

  absl::InlinedVector<Grant, 1> grants;
  std::vector<Failure> failures;
  std::vector<Refusal> refusals;
  std::vector<std::shared_ptr<WorkerSlot>> starts;
  std::vector<std::shared_ptr<Worker>> doomed;
  std::vector<MemoryGate::Reservation> freed;
  std::vector<std::unique_ptr<FunctionPool>> unused;  // sources can be large, so they are freed outside the lock
};

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_POOL_EFFECTS_H_
