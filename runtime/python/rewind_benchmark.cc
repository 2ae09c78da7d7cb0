// What a rewind of a Python hello costs; with the argument "numpy", of one that works on an array too.
#include <memory>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "runtime/python/python_boot.h"
#include "runtime/python/python_process.h"
#include "runtime/worker/rewind_benchmark.h"

int main(int argc, char** argv) {
  using namespace mayfly::runtime;  // NOLINT(google-build-using-namespace): the file is this function
  RewindBenchmark benchmark;
  benchmark.function.function_id = "hello";
  benchmark.function.handler = "handler";
  benchmark.function.source = "def handler(event):\n    return {'message': f\"Hello, {event['name']}!\"}\n";
  if (argc > 1 && std::string_view(argv[1]) == "numpy") {
    benchmark.function.python_interpreter = PythonInterpreter::kMain;
    benchmark.function.source =
        "import numpy\nA = numpy.arange(1000.0)\n"
        "def handler(event):\n"
        "    return {'message': f\"Hello, {event['name']}!\", 'sum': float((A * A).sum())}\n";
  }
  benchmark.function.memory_limit_bytes = int64_t{128} << 20;
  benchmark.event = R"({"name":"Ada"})";
  std::unique_ptr<PythonProcess> process;
  return RunRewindBenchmark(benchmark, [&process]() -> absl::StatusOr<std::unique_ptr<EngineBoot>> {
    absl::StatusOr<std::unique_ptr<PythonProcess>> created = PythonProcess::Create();
    if (!created.ok()) return created.status();
    process = *std::move(created);
    return std::make_unique<PythonBoot>(*process, Isolation::kRewind);
  });
}
