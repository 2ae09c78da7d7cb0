// A worker's place in the pool.
#ifndef MAYFLY_DATAPLANE_WORKER_SLOT_H_
#define MAYFLY_DATAPLANE_WORKER_SLOT_H_

#include <boost/intrusive/list.hpp>
#include <cstdint>
#include <memory>

#include "absl/time/time.h"
#include "dataplane/memory_gate.h"
#include "dataplane/timer_queue.h"
#include "dataplane/worker.h"

namespace mayfly::dataplane {

struct FunctionPool;

// What a slot's worker is doing:
//
//   kStarting → kLoading → kIdle ⇄ kLent → kPreparing → kIdle …      and from anywhere → kGone
//                   └────────────→ kLent
//
// A worker that renews itself is never kPreparing.
//
// All fields belong to the pool and are guarded by its mutex, but for `worker`: while the slot is lent, the call that
// holds the lease uses the worker, without that mutex.
struct WorkerSlot : boost::intrusive::list_base_hook<boost::intrusive::link_mode<boost::intrusive::auto_unlink>>,
                    std::enable_shared_from_this<WorkerSlot> {
  enum class State { kStarting, kLoading, kIdle, kLent, kPreparing, kGone };

  State state = State::kStarting;
  FunctionPool* function = nullptr;  // outlives the slot while it is not gone
  // Null until it has started, and when gone. Shared, so that a thread inside one of the worker's methods keeps it when
  // another ends it.
  std::shared_ptr<Worker> worker;
  MemoryGate::Reservation memory;  // while it is kStarting, so that a start that nobody answers does not keep it
  int calls = 0;
  absl::Duration start_begin;  // monotonic, as the next two
  absl::Duration age_limit;    // when it is too old
  absl::Duration idle_begin;
  bool retiring = false;  // its function revision has been superseded: it takes no further call
  // Counts the slot's states, so that a callback of an earlier one is known as late.
  uint32_t epoch = 0;
  TimerQueue::Id timer;  // bounds kStarting and kLoading together, and kPreparing
};

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_WORKER_SLOT_H_
