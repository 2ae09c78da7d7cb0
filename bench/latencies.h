// How long calls took.
#ifndef MAYFLY_BENCH_LATENCIES_H_
#define MAYFLY_BENCH_LATENCIES_H_

#include <cstddef>
#include <cstdint>
#include <vector>

#include "absl/time/time.h"

namespace mayfly::bench {

// Keeps every call's time, to the microsecond. Not thread-safe: each caller has one of its own.
class Latencies {
 public:
  void Add(absl::Duration latency) { micros_.push_back(absl::ToInt64Microseconds(latency)); }

  void Merge(const Latencies& other);

  size_t count() const { return micros_.size(); }

  // The smallest time that `percent` (0 to 100) of the calls did not exceed; 0 without calls.
  absl::Duration Percentile(double percent);

 private:
  std::vector<int64_t> micros_;
};

}  // namespace mayfly::bench

#endif  // MAYFLY_BENCH_LATENCIES_H_
