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
  if (!status.ok()) OnRefused(std::move(status));
}

void Invocation::OnRefused(absl::Status status) {
  {
    absl::MutexLock lock(mutex_);
    if (state_ != State::kWaiting) return;
    state_ = State::kDone;
  }
  report_.queue_time = clock_.Monotonic() - options_.arrival;
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
  timers_.Cancel(cpu_timer_);
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
  if (options_.limits.cpu_time_max < request_.time_left) WatchCpuTime(absl::ZeroDuration());
}

// A worker has one thread, so it uses no more CPU time than passes: nothing is to be looked at before that. Nor after
// the deadline.
void Invocation::WatchCpuTime(absl::Duration used) {
  const absl::Duration left = std::max(options_.limits.cpu_time_max - used, kCpuCheckPeriodMin);
  const absl::Duration next = clock_.Monotonic() + left;
  if (next >= options_.due) return;
  cpu_timer_ = timers_.Schedule(next, [weak = weak_from_this()] {
    if (const std::shared_ptr<Invocation> call = weak.lock()) call->CheckCpuTime();
  });
}

void Invocation::CheckCpuTime() {
  absl::MutexLock lock(mutex_);
  if (state_ != State::kRunning) return;
  cpu_used_ = slot_->worker->CpuTime();
  if (cpu_used_ >= options_.limits.cpu_time_max) return Kill(EndCause::kCpuTime);
  WatchCpuTime(cpu_used_);
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
    timers_.Cancel(cpu_timer_);
    cpu_used_ = absl::ZeroDuration();
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
    usage.cpu_time = std::max(usage.cpu_time, cpu_used_);  // the answer may not have waited for the figures
  }
  const FunctionRevision& function = *options_.function;
  report_.run_time = clock_.Monotonic() - run_begin_;
  report_.usage = usage;
  if (state == State::kKilling) return Finish(EndStatus(cause, Phase::kRun), "", WorkerFate::kDead);
  const WorkerFate fate = FateAfter(reply);
  if (!reply.ok()) return Finish(WorkerEndStatus(reply.status(), function, Phase::kRun), "", fate);
  report_.engine_times = reply->times;
  report_.rewind = reply->rewind;
  AppendLogs(report_.logs, std::move(reply->logs), options_.limits.log_bytes_max);
  if (reply->outcome == runtime::Outcome::kReturned) {
    const size_t bytes_max = options_.limits.result_bytes_max;
    if (reply->result.size() > bytes_max) return Finish(ResultTooLargeStatus(function, bytes_max), "", fate);
    return Finish(absl::OkStatus(), std::move(reply->result), fate);
  }
  Finish(OutcomeStatus(reply->outcome, reply->error, function, options_.purpose, Phase::kRun), "", fate);
}

WorkerFate Invocation::FateAfter(const absl::StatusOr<runtime::RunReply>& reply) const {
  if (absl::IsInternal(reply.status())) return WorkerFate::kCrashed;
  if (!reply.ok() || !LeavesWorkerUsable(reply->outcome)) return WorkerFate::kDead;
  return reply->last ? WorkerFate::kLast : WorkerFate::kSpent;
}

void Invocation::Finish(absl::Status status, std::string result, WorkerFate fate) {
  {
    absl::MutexLock lock(mutex_);
    timers_.Cancel(timer_);
    if (cpu_timer_.number != 0) timers_.Cancel(cpu_timer_);
  }
  report_.total_time = clock_.Monotonic() - options_.arrival;
  const auto reply = [&] { std::exchange(done_, nullptr)(std::move(status), std::move(result), std::move(report_)); };
  if (slot_ == nullptr) return reply();
  pool_.Return(std::exchange(slot_, nullptr), fate, reply);
}

absl::Status Invocation::EndStatus(EndCause cause, Phase phase) const {
  switch (cause) {
    case EndCause::kCancelled:
      return CancelledStatus(*options_.function);
    case EndCause::kCpuTime:
      return CpuLimitStatus(*options_.function, options_.limits.cpu_time_max);
    case EndCause::kDeadline:
      break;
  }
  return TimeoutStatus(*options_.function, options_.due - options_.arrival, phase);
}

void Invocation::NoteQueueEnd(absl::Duration queue_end) {
  report_.queue_time = std::max(absl::ZeroDuration(), queue_end - options_.arrival);
}

void Invocation::NoteLoad(Load load) {
  // The worker may have been asked for before this call arrived.
  report_.load_time = std::max(absl::ZeroDuration(), load.end - std::max(load.begin, options_.arrival));
  AppendLogs(report_.logs, std::move(load.logs), options_.limits.log_bytes_max);
  report_.usage = load.usage;
}

}  // namespace mayfly::dataplane
