// Who gets which worker, and when workers are made and ended.
#ifndef MAYFLY_DATAPLANE_POOL_H_
#define MAYFLY_DATAPLANE_POOL_H_

#include <boost/intrusive/list.hpp>
#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "dataplane/memory_gate.h"
#include "dataplane/per_language.h"
#include "dataplane/pool_limits.h"
#include "dataplane/quarantine.h"
#include "dataplane/timer_queue.h"
#include "dataplane/worker.h"
#include "dataplane/worker_slot.h"
#include "runtime/channel/messages.h"

namespace mayfly::dataplane {

struct FunctionPool;
struct FunctionRevision;

// A load that was made for a call.
struct Load {
  absl::Duration begin;  // monotonic: when the fork was asked for
  absl::Duration end;    // monotonic: when the worker had answered
  WorkerUsage usage;
  runtime::Logs logs;
};

// A worker lent to one call, pristine. Given back with Pool::Return.
struct Lease {
  std::shared_ptr<WorkerSlot> slot;
  std::unique_ptr<Load> load;  // null: the worker was there, warm
};

// A call that waits for a worker. Exactly one of these is called, at most once, without any lock, unless Withdraw said
// it would not be.
class PoolWaiter {
 public:
  virtual ~PoolWaiter() = default;

  virtual void OnWorker(Lease lease) = 0;

  // The worker that was made for it did not load: the worker's reply, whose outcome is not kReturned, or the status of
  // its start or load.
  virtual void OnLoadFailed(absl::StatusOr<runtime::LoadReply> reply, Load load) = 0;

  // It is turned away: nothing of the guest has run, and nothing will. UNAVAILABLE FUNCTION_QUARANTINED with RetryInfo.
  virtual void OnRefused(absl::Status status) = 0;
};

// Whether a function's workers are kept for further calls, or made for one.
enum class Retention { kPooled, kThrowAway };

// What became of a worker while it was lent.
enum class WorkerFate {
  kUntouched,  // it ran nothing
  kSpent,      // it ran a call, lives, and can be made pristine
  kLast,       // it ran a call, and takes no other
  kDead,       // it was ended: for the call's time, its memory, its caller, or because its zygote ended
  kCrashed,    // it ended by itself, which is the function's fault
};

// Keeps warm workers for each function revision. A call that finds none waits in its function's queue, first come,
// first served, and the pool makes one more worker for each call that waits, as far as limits go, less those that are
// just made pristine again (PoolLimits::workers_at_once says when it takes its time). To make room for a function's
// first worker it ends the idle worker that was used longest ago, whosever it is; for further ones, only a worker that
// has been idle for `starvation_time_max`. A function without any worker waits no longer than that for one that others
// keep busy: then the next one that ends its call is taken.
//
// The memory caps of all workers together, those that start and those that idle among them, never exceed
// PoolLimits::memory_budget_bytes, and neither do those of all processes, those that are still dying among them: a
// worker starts when they have gone. A function whose cap alone exceeds it is refused. A stored function whose workers
// crash, or do not load, again and again is refused for a while (dataplane/quarantine.h), so that it takes no time from
// others.
//
// Thread-safe. Calls out (waiters, workers, factory) are made without the lock. The executor of factory, workers and
// timers must have stopped before the pool is destroyed, which kills all workers.
class Pool {
 public:
  // None is owned; all outlive the pool.
  Pool(const PoolLimits& limits, WorkerFactory& factory, TimerQueue& timers, const Clock& clock);
  ~Pool();

  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // Finds a worker for `waiter`: at once, inside this call, when one is idle. A throw-away call has a revision of its
  // own, whose workers end with it. Errors, and then the waiter is not
  // called: UNAVAILABLE OVERLOADED with RetryInfo when a queue is full, UNAVAILABLE FUNCTION_QUARANTINED with RetryInfo
  // while the function is in quarantine, FAILED_PRECONDITION MEMORY_BUDGET_EXCEEDED when its cap is larger than the
  // budget of all.
  absl::Status Acquire(const std::shared_ptr<const FunctionRevision>& function, Retention retention,
                       std::shared_ptr<PoolWaiter> waiter);

  enum class Withdrawn {
    kNo,          // a worker or a failure is on its way to the waiter, or has been told
    kFromQueue,   // it waited for a worker to come free; it will not be called
    kFromLoading  // a worker was being made for it; it will not be called. A throw-away's worker is killed, others' go
                  // on loading.
  };
  Withdrawn Withdraw(const FunctionRevision& function, const PoolWaiter& waiter);

  // Takes a worker back. `reply` is called once, when the books are right and before the worker is made pristine, given
  // to the next call, or killed: the caller's answer waits for none of it.
  void Return(const std::shared_ptr<WorkerSlot>& slot, WorkerFate fate, absl::FunctionRef<void()> reply);

  // The revision is no longer the latest, or its function is gone: its idle workers are ended now and the busy ones
  // after their call. Calls that wait, and calls to come, are served as ever.
  void Retire(const FunctionRevision& function);

  struct WorkersByState {
    int starting = 0;      // or loading
    int idle = 0;          // pristine
    int busy = 0;          // lent to a call
    int preparing = 0;     // made pristine again
    uint64_t started = 0;  // since the pool was made: how many have been asked for
  };
  struct Stats {
    int workers = 0;
    int idle = 0;
    int waiting = 0;
    int64_t memory_bytes = 0;  // the sum of the caps
    int quarantined = 0;       // functions whose calls are refused
    PerLanguage<WorkersByState> by_language;
  };
  // All of one moment. Looks at each worker under the lock, so not for every call.
  Stats stats() const;

 private:
  struct Effects;

  FunctionPool& FindOrAdd(const std::shared_ptr<const FunctionRevision>& function, Retention retention)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void EraseIfUnused(FunctionPool& pool, Effects& effects) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status CheckMayRun(const FunctionRevision& function) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status CheckQueues(const FunctionPool* pool, const FunctionRevision& function, Retention retention) const
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Taking from, and adding to, what is idle or waits.
  std::shared_ptr<WorkerSlot> TakeIdle(FunctionPool& pool, Effects& effects) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  std::shared_ptr<PoolWaiter> TakeWaiter(FunctionPool& pool, size_t place) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void MakeAvailable(const std::shared_ptr<WorkerSlot>& slot, std::unique_ptr<Load> load, Effects& effects)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Growth and its opposite.
  bool NeedsWorker(const FunctionPool& pool) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsPatient(const FunctionPool& pool) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Duration GrowthTime(const FunctionPool& pool) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ScheduleGrowth(FunctionPool& pool) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnGrowthTime(const std::shared_ptr<const FunctionRevision>& function);
  bool Fits(int workers, int64_t memory_bytes, int64_t cap_bytes) const;
  bool MakeRoom(const FunctionPool& pool, Effects& effects) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Grow(FunctionPool& pool, Effects& effects) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void GrowStarved(Effects& effects) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  const FunctionPool* FirstWithoutWorkers() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsRoomKeptFromOthers(const FunctionPool& pool) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsOwedToAnother(const FunctionPool& pool) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AddWorker(FunctionPool& pool, Effects& effects) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void SetState(WorkerSlot& slot, WorkerSlot::State state) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Remove(const std::shared_ptr<WorkerSlot>& slot, Effects& effects) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool IsWornOut(const WorkerSlot& slot) const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Its idle workers are ended now, the others when they come free and nobody waits.
  void RetireWorkers(FunctionPool& pool, Effects& effects) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // Quarantine.
  void NoteFate(FunctionPool& pool, WorkerFate fate, Effects& effects) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void NoteCrash(FunctionPool& pool, Effects& effects) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  // What the effects set off, and what comes back.
  void Perform(Effects& effects) ABSL_LOCKS_EXCLUDED(mutex_);
  void Start(const std::shared_ptr<WorkerSlot>& slot);
  void Fork(const std::shared_ptr<WorkerSlot>& slot, MemoryGate::Reservation memory);
  void OnStarted(const std::shared_ptr<WorkerSlot>& slot, absl::StatusOr<std::unique_ptr<Worker>> worker);
  void OnLoaded(const std::shared_ptr<WorkerSlot>& slot, absl::StatusOr<runtime::LoadReply> reply, WorkerUsage usage);
  void OnLoadTimeout(const std::shared_ptr<WorkerSlot>& slot);
  void FailLoad(const std::shared_ptr<WorkerSlot>& slot, absl::StatusOr<runtime::LoadReply> reply, Load load,
                Effects& effects) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Prepare(const std::shared_ptr<WorkerSlot>& slot, const std::shared_ptr<Worker>& worker, uint32_t epoch);
  void OnPrepared(const std::shared_ptr<WorkerSlot>& slot, uint32_t epoch, const absl::Status& status);

  const PoolLimits limits_;
  WorkerFactory& factory_;
  const Renewal renewal_;
  const int worker_calls_max_;
  TimerQueue& timers_;
  const Clock& clock_;
  const std::shared_ptr<MemoryGate> memory_gate_;  // shared: workers' processes may outlive the pool

  mutable absl::Mutex mutex_;
  absl::flat_hash_map<const FunctionRevision*, std::unique_ptr<FunctionPool>> functions_ ABSL_GUARDED_BY(mutex_);
  // Idle workers of all functions, the one used longest ago first.
  boost::intrusive::list<WorkerSlot, boost::intrusive::constant_time_size<false>> idle_ ABSL_GUARDED_BY(mutex_);
  // Functions that need a worker and found no room, first come, first served.
  std::list<FunctionPool*> starved_ ABSL_GUARDED_BY(mutex_);
  Quarantine quarantine_ ABSL_GUARDED_BY(mutex_);
  int workers_ ABSL_GUARDED_BY(mutex_) = 0;
  int64_t memory_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  int idle_count_ ABSL_GUARDED_BY(mutex_) = 0;
  int lent_ ABSL_GUARDED_BY(mutex_) = 0;
  int waiting_ ABSL_GUARDED_BY(mutex_) = 0;
  int throw_away_waiting_ ABSL_GUARDED_BY(mutex_) = 0;
  PerLanguage<uint64_t> started_ ABSL_GUARDED_BY(mutex_) = {};
};

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_POOL_H_
