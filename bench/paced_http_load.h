// Sends HTTP requests at a given rate, whether or not the server keeps up (an open loop).
#ifndef MAYFLY_BENCH_PACED_HTTP_LOAD_H_
#define MAYFLY_BENCH_PACED_HTTP_LOAD_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "bench/load_result.h"

namespace mayfly::bench {

struct PacedHttpOptions {
  uint16_t port = 0;    // on 127.0.0.1
  std::string path;     // "/invoke/hello"
  std::string body;     // sent by POST as JSON
  int connections = 1;  // at least 1; each carries one request at a time and is kept open
  double rate = 1;      // requests a second, evenly spaced; more than 0
  absl::Duration warm_up;
  absl::Duration duration;  // measured, after the warm-up
};

// Each request has its turn on the schedule, and its latency counts from there, also when no connection was free by
// then: a server that stalls is charged for the requests that it kept from being sent (no coordinated omission).
// Answers other than 200 are errors. Returns when the last request has ended.
LoadResult GeneratePacedHttpLoad(const PacedHttpOptions& options);

}  // namespace mayfly::bench

#endif  // MAYFLY_BENCH_PACED_HTTP_LOAD_H_
