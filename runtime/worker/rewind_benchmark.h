// Measures an engine under rewind in one process, without host, channel and sandbox.
#ifndef MAYFLY_RUNTIME_WORKER_REWIND_BENCHMARK_H_
#define MAYFLY_RUNTIME_WORKER_REWIND_BENCHMARK_H_

#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "runtime/channel/messages.h"
#include "runtime/engine/engine.h"

namespace mayfly::runtime {

struct RewindBenchmark {
  LoadRequest function;
  std::string event;
};

// The main of a benchmark: for each way of rewinding that works here, forks a worker from a booted engine, has it take
// its image and its checkpoint and run the event some thousand times, and prints medians: what the load and the
// checkpoint took, what a call and a rewind take, and how many pages a call dirties.
int RunRewindBenchmark(const RewindBenchmark& benchmark,
                       absl::FunctionRef<absl::StatusOr<std::unique_ptr<EngineBoot>>()> make_boot);

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_WORKER_REWIND_BENCHMARK_H_
