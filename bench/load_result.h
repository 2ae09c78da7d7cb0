// What came of driving a server.
#ifndef MAYFLY_BENCH_LOAD_RESULT_H_
#define MAYFLY_BENCH_LOAD_RESULT_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "bench/latencies.h"

namespace mayfly::bench {

struct LoadResult {
  Latencies latencies;  // of the calls that were answered well within the duration
  int64_t errors = 0;   // the others
  std::string first_error;
  absl::Duration duration;  // measured
};

// One line of JSON, without its end:
//   {"calls": 1000, "errors": 0, "first_error": "", "seconds": 5.000, "p50_micros": 300, "p90_micros": …}
// with the percentiles 50, 90, 99 and 99.9 (p999_micros).
std::string ToJson(LoadResult result);

}  // namespace mayfly::bench

#endif  // MAYFLY_BENCH_LOAD_RESULT_H_
