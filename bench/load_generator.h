// Calls one gRPC method over and over.
#ifndef MAYFLY_BENCH_LOAD_GENERATOR_H_
#define MAYFLY_BENCH_LOAD_GENERATOR_H_

#include <string>

#include "absl/time/time.h"
#include "bench/load_result.h"

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

// Keeps `concurrency` calls in flight: each that ends begins the next (a closed loop). Returns when the last has ended;
// what is not answered with OK is an error.
LoadResult GenerateLoad(const LoadOptions& options);

}  // namespace mayfly::bench

#endif  // MAYFLY_BENCH_LOAD_GENERATOR_H_
