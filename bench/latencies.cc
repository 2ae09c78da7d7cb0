#include "bench/latencies.h"

#include <algorithm>
#include <cmath>

namespace mayfly::bench {

void Latencies::Merge(const Latencies& other) {
  micros_.insert(micros_.end(), other.micros_.begin(), other.micros_.end());
}

absl::Duration Latencies::Percentile(double percent) {
  if (micros_.empty()) return absl::ZeroDuration();
  const double rank = std::ceil(percent * static_cast<double>(micros_.size()) / 100);
  const size_t index = static_cast<size_t>(std::max(rank, 1.0)) - 1;
  std::nth_element(micros_.begin(), micros_.begin() + static_cast<ptrdiff_t>(index), micros_.end());
  return absl::Microseconds(micros_[index]);
}

}  // namespace mayfly::bench
