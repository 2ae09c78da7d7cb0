// What a rewind of a JavaScript hello costs.
#include <memory>

#include "runtime/js/embedded_snapshot.h"
#include "runtime/js/v8_boot.h"
#include "runtime/worker/rewind_benchmark.h"

int main() {
  using namespace mayfly::runtime;  // NOLINT(google-build-using-namespace): the file is this function
  RewindBenchmark benchmark;
  benchmark.function.function_id = "hello";
  benchmark.function.handler = "handler";
  benchmark.function.source = "function handler(event) { return { message: `Hello, ${event.name}!` }; }";
  benchmark.function.memory_limit_bytes = int64_t{128} << 20;
  benchmark.event = R"({"name":"Ada"})";
  return RunRewindBenchmark(benchmark, [] { return std::make_unique<js::V8Boot>(js::EmbeddedSnapshot()); });
}
