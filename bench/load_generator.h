// Calls one gRPC method over and over.
#ifndef MAYFLY_BENCH_LOAD_GENERATOR_H_
#define MAYFLY_BENCH_LOAD_GENERATOR_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"
#include "bench/latencies.h"

namespace mayfly::bench {

struct LoadOptions {
  std::string address;
  std::string method;   // "/mayfly.v1.InvocationService/Invoke"
  std::string request;  // the message's bytes
  int connections = 1;  // at least 1
  int concurrency = 1;  // calls in flight at any time, spread over the connections; at least 1
  absl::Duration warm_up;
  absl::Duration duration;  // measured, after the warm-up
};

struct LoadResult {
  Latencies latencies;  // of the calls that were answered with OK within the duration
  int64_t errors = 0;   // the others
  std::string first_error;
};

// Keeps `concurrency` calls in flight: each that ends begins the next (a closed loop). Returns when the last has ended.
LoadResult GenerateLoad(const LoadOptions& options);

}  // namespace mayfly::bench

#endif  // MAYFLY_BENCH_LOAD_GENERATOR_H_
