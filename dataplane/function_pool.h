// One function revision in the pool: its workers and the calls that wait for them.
#ifndef MAYFLY_DATAPLANE_FUNCTION_POOL_H_
#define MAYFLY_DATAPLANE_FUNCTION_POOL_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <utility>
#include <vector>

#include "dataplane/function_revision.h"
#include "dataplane/pool.h"
#include "dataplane/worker_slot.h"

namespace mayfly::dataplane {

// Plain state of the pool, guarded by its mutex.
struct FunctionPool {
  struct Waiting {
    std::shared_ptr<PoolWaiter> waiter;
    absl::Duration since;  // monotonic
  };

  FunctionPool(std::shared_ptr<const FunctionRevision> function_in, Retention retention_in)
      : function(std::move(function_in)), retention(retention_in) {}

  int64_t cap_bytes() const { return function->load.memory_limit_bytes; }

  const std::shared_ptr<const FunctionRevision> function;
  const Retention retention;
  std::vector<std::shared_ptr<WorkerSlot>> slots;  // all of its workers
  std::vector<std::shared_ptr<WorkerSlot>> idle;   // those that are pristine, the one used last at the end
  std::deque<Waiting> waiting;                     // the first `loading` of them have a worker being made
  int loading = 0;                                 // slots that are kStarting or kLoading
  int preparing = 0;                               // slots that are kPreparing
  absl::Duration last_load_end;                    // monotonic
  bool growth_scheduled = false;                   // Pool::OnGrowthTime will be called
  bool starved = false;                            // stands in Pool::starved_
};

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_FUNCTION_POOL_H_
