// What the pieces of a call cost: run `bazel run -c opt //runtime/python:engine_benchmark`. Outside the sandbox each
// new interpreter also reads /proc/self/maps, which costs as much again as the interpreter: so the benchmark takes the
// right to open files from itself, as a worker does.
#include <benchmark/benchmark.h>
#include <seccomp.h>

#include <cerrno>
#include <string>

#include "runtime/python/engine_test_util.h"
#include "runtime/python/interpreter.h"
#include "runtime/python/python_engine.h"

namespace mayfly::runtime {
namespace {

constexpr char kHello[] = "def handler(event): return {'message': 'Hello, ' + event['name']}";
constexpr char kAsync[] = "async def handler(event): return event";
constexpr char kImportJson[] = "import json\ndef handler(event): return event";
constexpr char kImportAsyncio[] = "import asyncio\nasync def handler(event): await asyncio.sleep(0)";

void RefuseFiles() {
  const scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ALLOW);
  seccomp_rule_add(filter, SCMP_ACT_ERRNO(EACCES), SCMP_SYS(openat), 0);
  seccomp_load(filter);
}

LoadRequest Function(const char* source) { return {.function_id = "f", .handler = "handler", .source = source}; }

// A whole call as `fresh` pays for it: the handler, then the next interpreter with the function loaded.
void BM_RunAndPrepare(benchmark::State& state, const char* source) {
  const std::unique_ptr<Engine> engine = MakeTestEngine();
  LogBuffer logs;
  logs.Begin();
  engine->Load(Function(source), logs);
  for (auto _ : state) {
    logs.Begin();
    benchmark::DoNotOptimize(engine->Run({.event = R"({"name": "Ada"})"}, logs));
    engine->Prepare();
  }
}
BENCHMARK_CAPTURE(BM_RunAndPrepare, hello, kHello)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(BM_RunAndPrepare, async, kAsync)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(BM_RunAndPrepare, import_json, kImportJson)->Unit(benchmark::kMicrosecond);
BENCHMARK_CAPTURE(BM_RunAndPrepare, import_asyncio, kImportAsyncio)->Unit(benchmark::kMicrosecond);

// A call alone, in an interpreter that has served calls before (which no worker under `fresh` does).
void BM_RunAlone(benchmark::State& state) {
  const std::unique_ptr<Engine> engine = MakeTestEngine();
  LogBuffer logs;
  logs.Begin();
  engine->Load(Function(kHello), logs);
  for (auto _ : state) {
    logs.Begin();
    benchmark::DoNotOptimize(engine->Run({.event = R"({"name": "Ada"})"}, logs));
  }
}
BENCHMARK(BM_RunAlone)->Unit(benchmark::kMicrosecond);

// An interpreter with nothing of ours in it.
void BM_BareInterpreter(benchmark::State& state) {
  for (auto _ : state) Interpreter::CreateSub(TestProcess().main_thread_state()).reset();
}
BENCHMARK(BM_BareInterpreter)->Unit(benchmark::kMicrosecond);

}  // namespace
}  // namespace mayfly::runtime

int main(int argc, char** argv) {
  benchmark::Initialize(&argc, argv);
  mayfly::runtime::TestProcess();
  mayfly::runtime::RefuseFiles();
  benchmark::RunSpecifiedBenchmarks();
}
