// What the pool is doing now, and has done.
#include "dataplane/function_pool.h"
#include "dataplane/pool.h"

namespace mayfly::dataplane {
namespace {

void Add(WorkerSlot::State state, Pool::WorkersByState& workers) {
  switch (state) {
    case WorkerSlot::State::kStarting:
    case WorkerSlot::State::kLoading:
      ++workers.starting;
      break;
    case WorkerSlot::State::kIdle:
      ++workers.idle;
      break;
    case WorkerSlot::State::kLent:
      ++workers.busy;
      break;
    case WorkerSlot::State::kPreparing:
      ++workers.preparing;
      break;
    case WorkerSlot::State::kGone:
      break;
  }
}

}  // namespace

Pool::Stats Pool::stats() const {
  absl::MutexLock lock(mutex_);
  Stats stats = {.workers = workers_,
                 .idle = idle_count_,
                 .waiting = waiting_,
                 .memory_bytes = memory_bytes_,
                 .quarantined = quarantine_.CountPaused(clock_.Monotonic()),
                 .by_language = {}};
  for (const runtime::Language language : kLanguages) {
    stats.by_language[IndexOf(language)].started = started_[IndexOf(language)];
  }
  for (const auto& [function, pool] : functions_) {
    WorkersByState& workers = stats.by_language[IndexOf(pool->function->language)];
    for (const std::shared_ptr<WorkerSlot>& slot : pool->slots) Add(slot->state, workers);
  }
  return stats;
}

}  // namespace mayfly::dataplane
