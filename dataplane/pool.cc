#include "dataplane/pool.h"

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/log/check.h"
#include "absl/log/log.h"
#include "dataplane/function_pool.h"
#include "dataplane/function_revision.h"
#include "dataplane/pool_effects.h"
#include "dataplane/pool_status.h"

namespace mayfly::dataplane {

using State = WorkerSlot::State;

namespace {

void EraseSlot(std::vector<std::shared_ptr<WorkerSlot>>& from, const std::shared_ptr<WorkerSlot>& slot) {
  const auto found = std::ranges::find(from, slot);
  if (found != from.end()) from.erase(found);
}

// Whether a load that failed was the function's fault, and will fail again. One that was too slow may have been slow
// because the machine was, and one that took too much memory says so itself.
bool IsCrash(const absl::StatusOr<runtime::LoadReply>& reply) {
  if (!reply.ok()) return reply.status().code() == absl::StatusCode::kInternal;
  return reply->outcome == runtime::Outcome::kSourceInvalid || reply->outcome == runtime::Outcome::kHandlerNotFound;
}

}  // namespace

Pool::Pool(const PoolLimits& limits, WorkerFactory& factory, TimerQueue& timers, const Clock& clock)
    : limits_(limits),
      factory_(factory),
      renewal_(factory.renewal()),
      worker_calls_max_(WorkerCallsMax(limits, renewal_)),
      timers_(timers),
      clock_(clock),
      memory_gate_(MemoryGate::Create(limits.memory_budget_bytes)),
      quarantine_({.crashes_max = limits.crashes_max,
                   .pause_min = limits.quarantine_time_min,
                   .pause_max = limits.quarantine_time_max}) {}

Pool::~Pool() {
  memory_gate_->Close();
  absl::MutexLock lock(mutex_);
  for (const auto& [function, pool] : functions_) {
    for (const std::shared_ptr<WorkerSlot>& slot : pool->slots) {
      timers_.Cancel(slot->timer);
      slot->worker.reset();
    }
  }
}

absl::Status Pool::Acquire(const std::shared_ptr<const FunctionRevision>& function, Retention retention,
                           std::shared_ptr<PoolWaiter> waiter) {
  Effects effects;
  {
    absl::MutexLock lock(mutex_);
    if (absl::Status status = CheckMayRun(*function); !status.ok()) return status;
    const auto found = functions_.find(function.get());
    FunctionPool* pool = found == functions_.end() ? nullptr : found->second.get();
    std::shared_ptr<WorkerSlot> idle = pool == nullptr ? nullptr : TakeIdle(*pool, effects);
    if (idle != nullptr) {
      effects.grants.push_back({.waiter = std::move(waiter), .lease = {.slot = std::move(idle), .load = nullptr}});
    } else {
      absl::Status room = CheckQueues(pool, *function, retention);
      if (!room.ok()) {
        if (pool != nullptr) EraseIfUnused(*pool, effects);
        return room;
      }
      pool = &FindOrAdd(function, retention);
      pool->waiting.push_back({.waiter = std::move(waiter), .since = clock_.Monotonic()});
      ++waiting_;
      if (retention == Retention::kThrowAway) ++throw_away_waiting_;
      Grow(*pool, effects);
      ScheduleGrowth(*pool);
    }
  }
  Perform(effects);
  return absl::OkStatus();
}

Pool::Withdrawn Pool::Withdraw(const FunctionRevision& function, const PoolWaiter& waiter) {
  Effects effects;
  Withdrawn withdrawn = Withdrawn::kNo;
  std::shared_ptr<PoolWaiter> kept;  // released after the lock
  {
    absl::MutexLock lock(mutex_);
    const auto found = functions_.find(&function);
    if (found == functions_.end()) return withdrawn;
    FunctionPool& pool = *found->second;
    const auto found_call =
        std::ranges::find(pool.waiting, &waiter, [](const FunctionPool::Waiting& w) { return w.waiter.get(); });
    if (found_call == pool.waiting.end()) return withdrawn;
    const auto place = static_cast<size_t>(found_call - pool.waiting.begin());
    withdrawn = place < static_cast<size_t>(pool.loading) ? Withdrawn::kFromLoading : Withdrawn::kFromQueue;
    kept = TakeWaiter(pool, place);
    if (pool.retention == Retention::kThrowAway) {
      for (const std::shared_ptr<WorkerSlot>& slot : std::vector(pool.slots)) Remove(slot, effects);
    }
    GrowStarved(effects);
    EraseIfUnused(pool, effects);
  }
  Perform(effects);
  return withdrawn;
}

void Pool::Return(const std::shared_ptr<WorkerSlot>& slot, WorkerFate fate, absl::FunctionRef<void()> reply) {
  Effects effects;
  std::shared_ptr<Worker> preparing;
  uint32_t epoch = 0;
  {
    absl::MutexLock lock(mutex_);
    CHECK(slot->state == State::kLent);
    FunctionPool& pool = *slot->function;
    if (fate == WorkerFate::kSpent) ++slot->calls;
    NoteFate(pool, fate, effects);
    const bool goes_on = fate == WorkerFate::kUntouched || fate == WorkerFate::kSpent;
    const bool kept = goes_on && pool.retention == Retention::kPooled && !IsWornOut(*slot) && !IsOwedToAnother(pool);
    if (!kept) {
      Remove(slot, effects);
    } else if (fate == WorkerFate::kUntouched || renewal_ == Renewal::kItself) {
      MakeAvailable(slot, nullptr, effects);
    } else {
      SetState(*slot, State::kPreparing);
      epoch = slot->epoch;
      preparing = slot->worker;
    }
    GrowStarved(effects);
    if (!kept) Grow(pool, effects);
    ScheduleGrowth(pool);
    EraseIfUnused(pool, effects);
  }
  reply();
  if (preparing != nullptr) Prepare(slot, preparing, epoch);
  Perform(effects);
}

void Pool::Retire(const FunctionRevision& function) {
  Effects effects;
  {
    absl::MutexLock lock(mutex_);
    quarantine_.Forget(function);
    const auto found = functions_.find(&function);
    if (found == functions_.end()) return;
    FunctionPool& pool = *found->second;
    RetireWorkers(pool, effects);
    GrowStarved(effects);
    EraseIfUnused(pool, effects);
  }
  Perform(effects);
}

void Pool::RetireWorkers(FunctionPool& pool, Effects& effects) {
  for (const std::shared_ptr<WorkerSlot>& slot : std::vector(pool.slots)) {
    slot->retiring = true;
    if (slot->state == State::kIdle) Remove(slot, effects);
  }
}

FunctionPool& Pool::FindOrAdd(const std::shared_ptr<const FunctionRevision>& function, Retention retention) {
  std::unique_ptr<FunctionPool>& pool = functions_[function.get()];
  if (pool == nullptr) pool = std::make_unique<FunctionPool>(function, retention);
  CHECK(pool->retention == retention) << function->Title() << " is both kept and thrown away";
  return *pool;
}

void Pool::EraseIfUnused(FunctionPool& pool, Effects& effects) {
  if (!pool.slots.empty() || !pool.waiting.empty()) return;
  const auto found = functions_.find(pool.function.get());
  if (found == functions_.end() || found->second.get() != &pool) return;  // it went when its last worker was taken
  if (pool.starved) std::erase(starved_, &pool);
  effects.unused.push_back(std::move(found->second));
  functions_.erase(found);
}

absl::Status Pool::CheckMayRun(const FunctionRevision& function) const {
  if (function.load.memory_limit_bytes > limits_.memory_budget_bytes) {
    return OverBudgetStatus(function, limits_.memory_budget_bytes);
  }
  if (quarantine_.empty()) return absl::OkStatus();
  const absl::Duration pause = quarantine_.PauseLeft(function, clock_.Monotonic());
  return pause > absl::ZeroDuration() ? QuarantinedStatus(function, pause) : absl::OkStatus();
}

absl::Status Pool::CheckQueues(const FunctionPool* pool, const FunctionRevision& function, Retention retention) const {
  if (waiting_ >= limits_.queue_max) return QueueFullStatus("The server", limits_.queue_max);
  if (retention == Retention::kThrowAway) {
    if (throw_away_waiting_ < limits_.queue_per_function_max) return absl::OkStatus();
    return QueueFullStatus("The queue of sources that are run without being stored", limits_.queue_per_function_max);
  }
  const size_t waiting = pool == nullptr ? 0 : pool->waiting.size();
  if (waiting < static_cast<size_t>(limits_.queue_per_function_max)) return absl::OkStatus();
  return QueueFullStatus(function.Title(), limits_.queue_per_function_max);
}

std::shared_ptr<WorkerSlot> Pool::TakeIdle(FunctionPool& pool, Effects& effects) {
  while (!pool.idle.empty()) {
    std::shared_ptr<WorkerSlot> slot = pool.idle.back();
    if (!IsWornOut(*slot) && !slot->worker->HasEnded()) {
      SetState(*slot, State::kLent);
      return slot;
    }
    Remove(slot, effects);
  }
  return nullptr;
}

std::shared_ptr<PoolWaiter> Pool::TakeWaiter(FunctionPool& pool, size_t place) {
  const auto taken = pool.waiting.begin() + static_cast<std::ptrdiff_t>(place);
  std::shared_ptr<PoolWaiter> waiter = std::move(taken->waiter);
  pool.waiting.erase(taken);
  --waiting_;
  if (pool.retention == Retention::kThrowAway) --throw_away_waiting_;
  return waiter;
}

// Gives a pristine worker to the call that waits longest, or lets it idle.
void Pool::MakeAvailable(const std::shared_ptr<WorkerSlot>& slot, std::unique_ptr<Load> load, Effects& effects) {
  FunctionPool& pool = *slot->function;
  if (!pool.waiting.empty()) {
    SetState(*slot, State::kLent);
    effects.grants.push_back({.waiter = TakeWaiter(pool, 0), .lease = {.slot = slot, .load = std::move(load)}});
  } else if (slot->retiring || pool.retention == Retention::kThrowAway) {
    Remove(slot, effects);
  } else {
    SetState(*slot, State::kIdle);
  }
}

// Keeps what is counted and listed by state.
void Pool::SetState(WorkerSlot& slot, State state) {
  FunctionPool& pool = *slot.function;
  switch (slot.state) {
    case State::kStarting:
    case State::kLoading:
      --pool.loading;
      break;
    case State::kPreparing:
      --pool.preparing;
      break;
    case State::kIdle:
      EraseSlot(pool.idle, slot.shared_from_this());
      slot.unlink();
      --idle_count_;
      break;
    case State::kLent:
      --lent_;
      break;
    case State::kGone:
      break;
  }
  slot.state = state;
  ++slot.epoch;
  if (state != State::kLoading) timers_.Cancel(std::exchange(slot.timer, TimerQueue::Id()));
  switch (state) {
    case State::kStarting:
    case State::kLoading:
      ++pool.loading;
      break;
    case State::kPreparing:
      ++pool.preparing;
      slot.timer = timers_.Schedule(clock_.Monotonic() + limits_.load_time_max,
                                    [this, kept = slot.shared_from_this(), epoch = slot.epoch] {
                                      OnPrepared(kept, epoch, absl::DeadlineExceededError("it took too long"));
                                    });
      break;
    case State::kIdle:
      pool.idle.push_back(slot.shared_from_this());
      idle_.push_back(slot);
      ++idle_count_;
      slot.idle_begin = clock_.Monotonic();
      break;
    case State::kLent:
      ++lent_;
      break;
    case State::kGone:
      break;
  }
}

void Pool::Remove(const std::shared_ptr<WorkerSlot>& slot, Effects& effects) {
  FunctionPool& pool = *slot->function;
  SetState(*slot, State::kGone);
  EraseSlot(pool.slots, slot);
  --workers_;
  memory_bytes_ -= pool.cap_bytes();
  if (slot->worker != nullptr) effects.doomed.push_back(std::move(slot->worker));
  // One that was asked for and not answered yet may come all the same: it is ended before it has loaded anything.
  effects.freed.push_back(std::move(slot->memory));
}

bool Pool::IsWornOut(const WorkerSlot& slot) const {
  return slot.retiring || slot.calls >= worker_calls_max_ || clock_.Monotonic() >= slot.age_limit;
}

void Pool::NoteFate(FunctionPool& pool, WorkerFate fate, Effects& effects) {
  switch (fate) {
    case WorkerFate::kSpent:
    case WorkerFate::kLast:
      if (!quarantine_.empty()) quarantine_.Forget(*pool.function);
      break;
    case WorkerFate::kCrashed:
      NoteCrash(pool, effects);
      break;
    case WorkerFate::kUntouched:
    case WorkerFate::kDead:
      break;
  }
}

// Begins a quarantine if it was one crash too many: turns away whoever waits for the function, and keeps no worker of
// it.
void Pool::NoteCrash(FunctionPool& pool, Effects& effects) {
  if (pool.retention == Retention::kThrowAway) return;
  const absl::Duration pause = quarantine_.OnCrash(pool.function, clock_.Monotonic());
  if (pause == absl::ZeroDuration()) return;
  LOG(WARNING) << pool.function->key.name.ToString() << ", revision " << pool.function->key.revision
               << ", is in quarantine for " << pause << ": its workers crash, or do not load, again and again";
  while (!pool.waiting.empty()) {
    effects.refusals.push_back({.waiter = TakeWaiter(pool, 0), .status = QuarantinedStatus(*pool.function, pause)});
  }
  RetireWorkers(pool, effects);
}

void Pool::Perform(Effects& effects) {
  for (Effects::Grant& grant : effects.grants) grant.waiter->OnWorker(std::move(grant.lease));
  for (Effects::Failure& failure : effects.failures) {
    failure.waiter->OnLoadFailed(std::move(failure.reply), std::move(failure.load));
  }
  for (Effects::Refusal& refusal : effects.refusals) refusal.waiter->OnRefused(std::move(refusal.status));
  effects.doomed.clear();
  for (MemoryGate::Reservation& memory : effects.freed) memory.Release();
  for (const std::shared_ptr<WorkerSlot>& slot : effects.starts) Start(slot);
}

void Pool::Start(const std::shared_ptr<WorkerSlot>& slot) {
  int64_t cap_bytes;
  {
    absl::MutexLock lock(mutex_);
    if (slot->state == State::kGone) return;
    cap_bytes = slot->function->cap_bytes();
  }
  memory_gate_->Enter(cap_bytes, slot, [this, weak = std::weak_ptr(slot)](MemoryGate::Reservation memory) {
    if (const std::shared_ptr<WorkerSlot> kept = weak.lock()) Fork(kept, std::move(memory));
  });
}

void Pool::Fork(const std::shared_ptr<WorkerSlot>& slot, MemoryGate::Reservation memory) {
  std::shared_ptr<const FunctionRevision> function;
  {
    absl::MutexLock lock(mutex_);
    if (slot->state == State::kGone) return;
    function = slot->function->function;
    slot->memory = memory;
  }
  factory_.Start(function->language, function->load.memory_limit_bytes, std::move(memory),
                 [this, slot](absl::StatusOr<std::unique_ptr<Worker>> worker) { OnStarted(slot, std::move(worker)); });
}

void Pool::OnStarted(const std::shared_ptr<WorkerSlot>& slot, absl::StatusOr<std::unique_ptr<Worker>> started) {
  Effects effects;
  std::shared_ptr<const FunctionRevision> function;
  std::shared_ptr<Worker> worker;
  if (started.ok()) worker = *std::move(started);
  MemoryGate::Reservation memory;  // from here on its process's, if there is one; dropped without the lock
  {
    absl::MutexLock lock(mutex_);
    if (slot->state == State::kGone) return;
    memory = std::move(slot->memory);
    if (worker == nullptr) {
      FailLoad(slot, NotStartedStatus(started.status()), {.usage = {}, .logs = {}}, effects);
    } else {
      slot->worker = worker;
      SetState(*slot, State::kLoading);
      function = slot->function->function;
    }
  }
  if (function != nullptr) {
    worker->Load(function->load, [this, slot](absl::StatusOr<runtime::LoadReply> reply, WorkerUsage usage) {
      OnLoaded(slot, std::move(reply), usage);
    });
  }
  Perform(effects);
}

void Pool::OnLoaded(const std::shared_ptr<WorkerSlot>& slot, absl::StatusOr<runtime::LoadReply> reply,
                    WorkerUsage usage) {
  Effects effects;
  {
    absl::MutexLock lock(mutex_);
    if (slot->state != State::kLoading) return;
    Load load{.begin = slot->start_begin, .end = clock_.Monotonic(), .usage = usage, .logs = {}};
    if (reply.ok()) load.logs = std::move(reply->logs);
    if (reply.ok() && reply->outcome == runtime::Outcome::kReturned) {
      FunctionPool& pool = *slot->function;
      pool.last_load_end = load.end;
      MakeAvailable(slot, std::make_unique<Load>(std::move(load)), effects);
      GrowStarved(effects);
      ScheduleGrowth(pool);
      EraseIfUnused(pool, effects);
    } else {
      FailLoad(slot, std::move(reply), std::move(load), effects);
    }
  }
  Perform(effects);
}

void Pool::OnLoadTimeout(const std::shared_ptr<WorkerSlot>& slot) {
  Effects effects;
  {
    absl::MutexLock lock(mutex_);
    if (slot->state != State::kStarting && slot->state != State::kLoading) return;
    FailLoad(slot, LoadTimeoutStatus(*slot->function->function, limits_.load_time_max), {.usage = {}, .logs = {}},
             effects);
  }
  Perform(effects);
}

// Ends a worker that did not load, and with it the call it was made for, if that one still waits.
void Pool::FailLoad(const std::shared_ptr<WorkerSlot>& slot, absl::StatusOr<runtime::LoadReply> reply, Load load,
                    Effects& effects) {
  FunctionPool& pool = *slot->function;
  load.begin = slot->start_begin;
  load.end = clock_.Monotonic();
  const bool crashed = IsCrash(reply);
  Remove(slot, effects);
  if (!pool.waiting.empty()) {
    effects.failures.push_back({.waiter = TakeWaiter(pool, 0), .reply = std::move(reply), .load = std::move(load)});
  }
  if (crashed) NoteCrash(pool, effects);
  GrowStarved(effects);
  Grow(pool, effects);
  EraseIfUnused(pool, effects);
}

void Pool::Prepare(const std::shared_ptr<WorkerSlot>& slot, const std::shared_ptr<Worker>& worker, uint32_t epoch) {
  worker->Prepare([this, slot, epoch](absl::Status status) { OnPrepared(slot, epoch, status); });
}

void Pool::OnPrepared(const std::shared_ptr<WorkerSlot>& slot, uint32_t epoch, const absl::Status& status) {
  Effects effects;
  {
    absl::MutexLock lock(mutex_);
    if (slot->epoch != epoch) return;
    FunctionPool& pool = *slot->function;
    if (status.ok() && !slot->retiring) {
      MakeAvailable(slot, nullptr, effects);
    } else {
      LOG_IF(WARNING, !status.ok()) << "a worker of " << pool.function->Title()
                                    << " ends: it did not become pristine: " << status;
      Remove(slot, effects);
    }
    GrowStarved(effects);
    Grow(pool, effects);
    EraseIfUnused(pool, effects);
  }
  Perform(effects);
}

}  // namespace mayfly::dataplane
