// When the pool makes workers, and whose it ends for the room.
#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "dataplane/function_pool.h"
#include "dataplane/function_revision.h"
#include "dataplane/pool.h"
#include "dataplane/pool_effects.h"

namespace mayfly::dataplane {

bool Pool::NeedsWorker(const FunctionPool& pool) const {
  const int coming = pool.loading + pool.preparing;
  if (static_cast<int>(pool.slots.size()) >= limits_.workers_per_function_max) return false;
  if (!IsPatient(pool)) return static_cast<int>(pool.waiting.size()) > coming;
  return coming == 0 && !pool.waiting.empty() && clock_.Monotonic() >= GrowthTime(pool);
}

// Whether calls wait for a worker that is there rather than have another made at once.
bool Pool::IsPatient(const FunctionPool& pool) const {
  const int workers = static_cast<int>(pool.slots.size());
  if (renewal_ != Renewal::kItself || workers == 0) return false;
  return std::max(workers, lent_) >= limits_.workers_at_once;
}

// When the call that waits longest has waited for so long, with all the workers there are, that another is made.
absl::Duration Pool::GrowthTime(const FunctionPool& pool) const {
  return std::max(pool.waiting.front().since, pool.last_load_end) + limits_.growth_time;
}

// Sees to it that a call which is still waiting then gets a further worker.
void Pool::ScheduleGrowth(FunctionPool& pool) {
  if (pool.growth_scheduled || pool.starved || pool.waiting.empty() || pool.loading > 0 || !IsPatient(pool) ||
      static_cast<int>(pool.slots.size()) >= limits_.workers_per_function_max) {
    return;
  }
  pool.growth_scheduled = true;
  timers_.Schedule(std::max(GrowthTime(pool), clock_.Monotonic()),
                   [this, function = pool.function] { OnGrowthTime(function); });
}

void Pool::OnGrowthTime(const std::shared_ptr<const FunctionRevision>& function) {
  Effects effects;
  {
    absl::MutexLock lock(mutex_);
    const auto found = functions_.find(function.get());
    if (found == functions_.end()) return;
    FunctionPool& pool = *found->second;
    pool.growth_scheduled = false;
    Grow(pool, effects);
    ScheduleGrowth(pool);
  }
  Perform(effects);
}

bool Pool::Fits(int workers, int64_t memory_bytes, int64_t cap_bytes) const {
  return workers < limits_.workers_max && memory_bytes + cap_bytes <= limits_.memory_budget_bytes;
}

bool Pool::MakeRoom(const FunctionPool& pool, Effects& effects) {
  const absl::Duration now = clock_.Monotonic();
  int workers = workers_;
  int64_t memory_bytes = memory_bytes_;
  std::vector<std::shared_ptr<WorkerSlot>> victims;
  for (auto slot = idle_.begin(); !Fits(workers, memory_bytes, pool.cap_bytes()); ++slot) {
    if (slot == idle_.end()) return false;
    if (!pool.slots.empty() && now - slot->idle_begin < limits_.starvation_time_max) return false;
    --workers;
    memory_bytes -= slot->function->cap_bytes();
    victims.push_back(slot->shared_from_this());
  }
  for (const std::shared_ptr<WorkerSlot>& victim : victims) {
    FunctionPool& loser = *victim->function;
    Remove(victim, effects);
    EraseIfUnused(loser, effects);
  }
  return true;
}

void Pool::Grow(FunctionPool& pool, Effects& effects) {
  while (NeedsWorker(pool)) {
    if (IsRoomKeptFromOthers(pool) || !MakeRoom(pool, effects)) {
      if (!pool.starved) starved_.push_back(&pool);
      pool.starved = true;
      return;
    }
    AddWorker(pool, effects);
  }
}

void Pool::GrowStarved(Effects& effects) {
  for (auto place = starved_.begin(); place != starved_.end();) {
    FunctionPool& pool = **place;
    while (NeedsWorker(pool) && MakeRoom(pool, effects)) AddWorker(pool, effects);
    if (!NeedsWorker(pool)) {
      pool.starved = false;
      place = starved_.erase(place);
    } else if (pool.slots.empty()) {
      return;  // nothing is idle, so those behind it find no room either
    } else {
      ++place;
    }
  }
}

// The first of the functions that wait for their first worker, or null.
const FunctionPool* Pool::FirstWithoutWorkers() const {
  const auto first = std::ranges::find_if(
      starved_, [](const FunctionPool* pool) { return pool->slots.empty() && !pool->waiting.empty(); });
  return first == starved_.end() ? nullptr : *first;
}

// Whether another function without workers has waited so long that what room there is, or comes, is kept for it: a
// large one would never fit if small ones took each bit of room as it came.
bool Pool::IsRoomKeptFromOthers(const FunctionPool& pool) const {
  const FunctionPool* first = FirstWithoutWorkers();
  return first != nullptr && first != &pool &&
         clock_.Monotonic() - first->waiting.front().since >= limits_.starvation_time_max;
}

// Whether a worker of `pool` that has ended its call makes room for another function's first one.
bool Pool::IsOwedToAnother(const FunctionPool& pool) const {
  if (!pool.waiting.empty()) return IsRoomKeptFromOthers(pool);
  const FunctionPool* first = FirstWithoutWorkers();
  return first != nullptr && first != &pool;
}

void Pool::AddWorker(FunctionPool& pool, Effects& effects) {
  auto slot = std::make_shared<WorkerSlot>();
  slot->function = &pool;
  slot->start_begin = clock_.Monotonic();
  slot->age_limit = slot->start_begin + limits_.worker_age_max;
  slot->timer = timers_.Schedule(slot->start_begin + limits_.load_time_max, [this, slot] { OnLoadTimeout(slot); });
  ++pool.loading;
  ++workers_;
  ++started_[IndexOf(pool.function->language)];
  memory_bytes_ += pool.cap_bytes();
  pool.slots.push_back(slot);
  effects.starts.push_back(std::move(slot));
}

}  // namespace mayfly::dataplane
