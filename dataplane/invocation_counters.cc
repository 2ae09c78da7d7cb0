#include "dataplane/invocation_counters.h"

#include <algorithm>
#include <string>

#include "base/error.h"
#include "dataplane/function_revision.h"

namespace mayfly::dataplane {
namespace {

size_t OutcomeOf(const absl::Status& status) {
  if (status.ok()) return 0;
  const std::string reason = ErrorReason(status);
  const auto found = std::ranges::find(kCallOutcomes, reason);
  return found == std::end(kCallOutcomes) ? kCallOutcomeCount - 1
                                          : static_cast<size_t>(found - std::begin(kCallOutcomes));
}

}  // namespace

void DurationHistogram::Add(absl::Duration duration) {
  const auto bucket = std::ranges::lower_bound(kBounds, duration);
  ++counts[static_cast<size_t>(bucket - kBounds.begin())];
  sum += duration;
}

void InvocationCounters::Count(Purpose purpose, const absl::Status& status, const CallReport& report) {
  const size_t outcome = OutcomeOf(status);
  const bool known = report.function != nullptr;
  const size_t language = known ? IndexOf(report.function->language) : std::size(kLanguages);
  absl::MutexLock lock(mutex_);
  ++stats_.calls[IndexOf(purpose)][language][outcome];
  if (!known) return;
  InvocationStats::Starts& starts = stats_.starts[IndexOf(purpose)][language];
  if (report.start == WorkerStart::kCold) ++starts.cold;
  if (report.start == WorkerStart::kWarm) ++starts.warm;
  if (purpose == Purpose::kCheck) return;
  InvocationStats::Times& times = stats_.times[language];
  times.total.Add(report.total_time);
  times.queue.Add(report.queue_time);
  if (report.start == WorkerStart::kCold) times.load.Add(report.load_time);
  times.cpu += report.usage.cpu_time;
}

InvocationStats InvocationCounters::stats() const {
  absl::MutexLock lock(mutex_);
  return stats_;
}

}  // namespace mayfly::dataplane
