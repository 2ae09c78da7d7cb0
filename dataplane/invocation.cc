#include "dataplane/invocation.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "dataplane/call_report.h"
#include "dataplane/function_revision.h"
#include "dataplane/worker_slot.h"

namespace mayfly::dataplane {

Invocation::Invocation(Options options, Pool& pool, TimerQueue& timers, const Clock& clock, Done done)
    : options_(std::move(options)),
      pool_(pool),
      timers_(timers),
      clock_(clock),
      request_{.event = std::move(options_.event), .invocation_id = options_.invocation_id},
      done_(std::move(done)) {
  report_.invocation_id = options_.invocation_id;
  report_.function = options_.function;
}

void Invocation::Start() {
  if (clock_.Monotonic() >= options_.due) return End(EndCause::kDeadline);
  {
    absl::MutexLock lock(mutex_);
    if (state_ != State::kWaiting) return;  // cancelled before it began
    timer_ = timers_.Schedule(options_.due, [weak = weak_from_this()] {
      if (const std::shared_ptr<Invocation> call = weak.lock()) call->End(EndCause::kDeadline);
    });
  }
  AcquireWorker();
}

void Invocation::AcquireWorker() {
  const Retention retention = options_.purpose == Purpose::kInvoke ? Retention::kPooled : Retention::kThrowAway;
  absl::Status status = pool_.Acquire(options_.function, retention, shared_from_this());
  if (status.ok()) return;
  {
    absl::MutexLock lock(mutex_);
    if (state_ == State::kDone) return;
    state_ = State::kDone;
  }
  Finish(std::move(status), "", WorkerFate::kDead);
}

void Invocation::Cancel() { End(EndCause::kCancelled); }

void Invocation::End(EndCause cause) {
  Pool::Withdrawn withdrawn;
  {
    absl::MutexLock lock(mutex_);
    if (state_ == State::kRunning) return Kill(cause);
    if (state_ != State::kWaiting) return;
    withdrawn = pool_.Withdraw(*options_.function, *this);
    state_ = State::kDone;  // a worker that is on its way goes straight back
  }
  EndWaiting(cause, withdrawn);
}

void Invocation::EndWaiting(EndCause cause, Pool::Withdrawn withdrawn) {
  const Phase phase = withdrawn == Pool::Withdrawn::kFromLoading ? Phase::kLoad : Phase::kQueue;
  report_.queue_time = clock_.Monotonic() - options_.arrival;
  Finish(EndStatus(cause, phase), "", WorkerFate::kDead);
}

void Invocation::Kill(EndCause cause) {
  state_ = State::kKilling;
  end_cause_ = cause;
  slot_->worker->Kill();
  timers_.Cancel(timer_);
  // The dead worker's reply brings its figures; an answer does not wait for them for long.
  timer_ = timers_.Schedule(clock_.Monotonic() + kKillTimeMax, [weak = weak_from_this()] {
    if (const std::shared_ptr<Invocation> call = weak.lock()) call->OnReply(absl::CancelledError(), {});
  });
}

void Invocation::OnWorker(Lease lease) {
  {
    absl::MutexLock lock(mutex_);
    if (state_ == State::kWaiting) {
      slot_ = std::move(lease.slot);
      report_.start = lease.load == nullptr ? WorkerStart::kWarm : WorkerStart::kCold;
      NoteQueueEnd(lease.load == nullptr ? clock_.Monotonic() : lease.load->begin);
      if (lease.load != nullptr) NoteLoad(std::move(*lease.load));
      state_ = options_.purpose == Purpose::kCheck ? State::kDone : State::kRunning;
      if (state_ == State::kRunning) return Run();
    }
  }
  if (slot_ != nullptr) return Finish(absl::OkStatus(), "", WorkerFate::kUntouched);
  pool_.Return(lease.slot, WorkerFate::kUntouched, [] {});
}

void Invocation::Run() {
  run_begin_ = clock_.Monotonic();
  request_.time_left = options_.due - run_begin_;
  slot_->worker->Run(request_, [call = shared_from_this()](absl::StatusOr<runtime::RunReply> reply, WorkerUsage usage) {
    call->OnReply(std::move(reply), usage);
  });
}

void Invocation::OnLoadFailed(absl::StatusOr<runtime::LoadReply> reply, Load load) {
  {
    absl::MutexLock lock(mutex_);
    if (state_ != State::kWaiting) return;
    state_ = State::kDone;
  }
  const FunctionRevision& function = *options_.function;
  NoteQueueEnd(load.begin);
  NoteLoad(std::move(load));
  report_.start = WorkerStart::kCold;
  absl::Status status = reply.ok()
                            ? OutcomeStatus(reply->outcome, reply->error, function, options_.purpose, Phase::kLoad)
                            : WorkerEndStatus(reply.status(), function, Phase::kLoad);
  Finish(std::move(status), "", WorkerFate::kDead);
}

// The guest has seen nothing of the call, so it can wait for another worker.
bool Invocation::BeginAgain() {
  std::shared_ptr<WorkerSlot> slot;
  {
    absl::MutexLock lock(mutex_);
    if (state_ != State::kRunning || has_begun_again_) return false;
    has_begun_again_ = true;
    state_ = State::kWaiting;
    slot = std::exchange(slot_, nullptr);
  }
  pool_.Return(slot, WorkerFate::kDead, [] {});
  AcquireWorker();
  return true;
}

void Invocation::OnReply(absl::StatusOr<runtime::RunReply> reply, WorkerUsage usage) {
  if (absl::IsAborted(reply.status()) && BeginAgain()) return;
  State state;
  EndCause cause;
  {
    absl::MutexLock lock(mutex_);
    state = state_;
    cause = end_cause_;
    if (state == State::kDone) return;
    state_ = State::kDone;
  }
  const FunctionRevision& function = *options_.function;
  report_.run_time = clock_.Monotonic() - run_begin_;
  report_.usage = usage;
  if (state == State::kKilling) return Finish(EndStatus(cause, Phase::kRun), "", WorkerFate::kDead);
  if (!reply.ok()) return Finish(WorkerEndStatus(reply.status(), function, Phase::kRun), "", WorkerFate::kDead);
  report_.engine_times = reply->times;
  report_.rewind = reply->rewind;
  AppendLogs(report_.logs, std::move(reply->logs));
  const bool goes_on = !reply->last && LeavesWorkerUsable(reply->outcome);
  const WorkerFate fate = goes_on ? WorkerFate::kSpent : WorkerFate::kDead;
  if (reply->outcome == runtime::Outcome::kReturned) {
    return Finish(absl::OkStatus(), std::move(reply->result), fate);
  }
  Finish(OutcomeStatus(reply->outcome, reply->error, function, options_.purpose, Phase::kRun), "", fate);
}

void Invocation::Finish(absl::Status status, std::string result, WorkerFate fate) {
  {
    absl::MutexLock lock(mutex_);
    timers_.Cancel(timer_);
  }
  report_.total_time = clock_.Monotonic() - options_.arrival;
  const auto reply = [&] { std::exchange(done_, nullptr)(std::move(status), std::move(result), std::move(report_)); };
  if (slot_ == nullptr) return reply();
  pool_.Return(std::exchange(slot_, nullptr), fate, reply);
}

absl::Status Invocation::EndStatus(EndCause cause, Phase phase) const {
  if (cause == EndCause::kCancelled) return CancelledStatus(*options_.function);
  return TimeoutStatus(*options_.function, options_.due - options_.arrival, phase);
}

void Invocation::NoteQueueEnd(absl::Duration queue_end) {
  report_.queue_time = std::max(absl::ZeroDuration(), queue_end - options_.arrival);
}

void Invocation::NoteLoad(Load load) {
  // The worker may have been asked for before this call arrived.
  report_.load_time = std::max(absl::ZeroDuration(), load.end - std::max(load.begin, options_.arrival));
  report_.logs = std::move(load.logs);
  report_.usage = load.usage;
}

}  // namespace mayfly::dataplane
