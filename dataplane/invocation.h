// One call in flight, from its arrival to its answer.
#ifndef MAYFLY_DATAPLANE_INVOCATION_H_
#define MAYFLY_DATAPLANE_INVOCATION_H_

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "dataplane/call_limits.h"
#include "dataplane/call_report.h"
#include "dataplane/outcome_status.h"
#include "dataplane/pool.h"
#include "dataplane/timer_queue.h"
#include "runtime/channel/messages.h"

namespace mayfly::dataplane {

struct FunctionRevision;

// Waits for a worker, hands it the event, and answers with what the guest did; or ends when its time is over or its
// caller has gone, whatever it was doing then. The life of an invocation:
//
//   kWaiting → kRunning → kDone
//      │          ├→ kKilling ─→ kDone      the deadline passed, the CPU time was used up, or the caller cancelled,
//      │          │                         while the guest ran
//      │          └→ kWaiting               the worker had ended before it took the call; once only
//      └──────────────────────→ kDone       … while it waited or loaded; or it was refused; or its load failed
//
// Thread-safe. Held by whoever will call it next: the pool's queue, then the worker's callback.
class Invocation final : public PoolWaiter, public std::enable_shared_from_this<Invocation> {
 public:
  // How it ended. `result` is one JSON text when the status is OK (empty for a check). Called exactly once, without any
  // lock.
  using Done = absl::AnyInvocable<void(absl::Status status, std::string result, CallReport report) &&>;

  struct Options {
    std::shared_ptr<const FunctionRevision> function;
    Purpose purpose = Purpose::kInvoke;
    std::string event;  // one valid JSON text; not used for a check
    std::string invocation_id;
    absl::Duration arrival;  // monotonic, as the next
    absl::Duration due;      // when its budget ends
    CallLimits limits = {};
  };

  // Pool, timers and clock are not owned and outlive it.
  Invocation(Options options, Pool& pool, TimerQueue& timers, const Clock& clock, Done done);

  // Begins. Called once; `done` may be called inside.
  void Start();

  // The caller has gone.
  void Cancel();

  // The pool's answers.
  void OnWorker(Lease lease) override;
  void OnLoadFailed(absl::StatusOr<runtime::LoadReply> reply, Load load) override;
  void OnRefused(absl::Status status) override;

 private:
  enum class State { kWaiting, kRunning, kKilling, kDone };
  // Why a call is ended before the guest has replied.
  enum class EndCause { kDeadline, kCpuTime, kCancelled };

  void AcquireWorker();
  bool BeginAgain();
  void End(EndCause cause);
  void EndWaiting(EndCause cause, Pool::Withdrawn withdrawn);
  void Kill(EndCause cause) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Run() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void WatchCpuTime(absl::Duration used) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void CheckCpuTime();
  WorkerFate FateAfter(const absl::StatusOr<runtime::RunReply>& reply) const;
  void OnReply(absl::StatusOr<runtime::RunReply> reply, WorkerUsage usage);
  void Finish(absl::Status status, std::string result, WorkerFate fate);

  absl::Status EndStatus(EndCause cause, Phase phase) const;
  void NoteQueueEnd(absl::Duration queue_end);
  void NoteLoad(Load load);

  Options options_;
  Pool& pool_;
  TimerQueue& timers_;
  const Clock& clock_;

  absl::Mutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_) = State::kWaiting;
  EndCause end_cause_ ABSL_GUARDED_BY(mutex_) = EndCause::kDeadline;
  TimerQueue::Id timer_ ABSL_GUARDED_BY(mutex_);      // the deadline; after a kill, the bound of its wait
  TimerQueue::Id cpu_timer_ ABSL_GUARDED_BY(mutex_);  // when the CPU time may be used up; none if the deadline is first
  absl::Duration cpu_used_ ABSL_GUARDED_BY(mutex_);   // when it was last looked at
  bool has_begun_again_ ABSL_GUARDED_BY(mutex_) = false;
  // Whoever moves the state to kDone has the rest to itself.
  std::shared_ptr<WorkerSlot> slot_;
  runtime::RunRequest request_;  // kept while the guest runs: another worker may have to be given it
  absl::Duration run_begin_;
  CallReport report_;
  Done done_;
};

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_INVOCATION_H_
