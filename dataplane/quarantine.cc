#include "dataplane/quarantine.h"

#include <algorithm>

namespace mayfly::dataplane {

absl::Duration Quarantine::OnCrash(const std::shared_ptr<const FunctionRevision>& function, absl::Duration now) {
  Record& record = FindOrAdd(function);
  if (now < record.pause_end) return absl::ZeroDuration();
  record.last = now;
  if (record.crashes < options_.crashes_max && ++record.crashes < options_.crashes_max) return absl::ZeroDuration();
  const absl::Duration next = record.pause == absl::ZeroDuration() ? options_.pause_min : 2 * record.pause;
  record.pause = std::min(next, options_.pause_max);
  record.pause_end = now + record.pause;
  return record.pause;
}

absl::Duration Quarantine::PauseLeft(const FunctionRevision& function, absl::Duration now) const {
  const auto found = records_.find(&function);
  if (found == records_.end() || found->second.function.expired()) return absl::ZeroDuration();
  return std::max(absl::ZeroDuration(), found->second.pause_end - now);
}

int Quarantine::CountPaused(absl::Duration now) const {
  return static_cast<int>(std::ranges::count_if(
      records_, [now](const auto& entry) { return entry.second.pause_end > now && !entry.second.function.expired(); }));
}

Quarantine::Record& Quarantine::FindOrAdd(const std::shared_ptr<const FunctionRevision>& function) {
  const auto found = records_.find(function.get());
  if (found != records_.end() && !found->second.function.expired()) return found->second;
  if (found == records_.end() && records_.size() >= options_.records_max) MakeRoom();
  return records_[function.get()] = Record{.function = function};
}

void Quarantine::MakeRoom() {
  absl::erase_if(records_, [](const auto& entry) { return entry.second.function.expired(); });
  if (records_.size() < options_.records_max) return;
  records_.erase(std::ranges::min_element(records_, {}, [](const auto& entry) { return entry.second.last; }));
}

}  // namespace mayfly::dataplane
