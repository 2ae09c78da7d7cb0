#include "runtime/worker/rewind_benchmark.h"

#include <stdio.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/limits.h"
#include "base/monotonic.h"
#include "runtime/engine/log_buffer.h"
#include "runtime/rewind/process_memory.h"
#include "runtime/rewind/rewind_probe.h"
#include "runtime/rewind/rewinder.h"
#include "runtime/rewind/zygote_image.h"

namespace mayfly::runtime {
namespace {

constexpr int kCalls = 5000;
constexpr int64_t kMemoryLimitBytes = int64_t{kMemoryLimitMibDefault} * static_cast<int64_t>(kMiB);

// Survives the rewinds.
struct Measurements {
  int calls;
  int64_t load_nanos;
  int64_t checkpoint_nanos;
  int64_t run_nanos[kCalls];
  int64_t rewind_nanos[kCalls];
  int64_t pages[kCalls];
};

double MedianMicros(int64_t* values) {
  std::nth_element(values, values + kCalls / 2, values + kCalls);
  return static_cast<double>(values[kCalls / 2]) / 1000;
}

[[noreturn]] void Fail(std::string_view why) {
  fprintf(stderr, "%.*s\n", static_cast<int>(why.size()), why.data());
  _exit(1);
}

void RunWorker(const RewindBenchmark& benchmark, EngineBoot& boot, const ZygoteImage& image, RewindWay way,
               Measurements& measured) {
  const int64_t begin = MonotonicNanos();
  const absl::StatusOr<Rewinder*> created = Rewinder::Create(image, {.way = way});
  if (!created.ok()) Fail(created.status().message());
  Rewinder& rewinder = **created;
  const std::unique_ptr<Engine> engine = boot.MakeEngine(kMemoryLimitBytes);
  LogBuffer logs;
  const LoadReply loaded = engine->Load(benchmark.function, logs);
  if (loaded.outcome != Outcome::kReturned) Fail(loaded.error.stack);
  engine->BeforeCheckpoint();
  const int64_t settled = MonotonicNanos();
  if (rewinder.Checkpoint() == Rewinder::Resumed::kFailed) Fail(rewinder.error());
  if (measured.calls == 0) {
    measured.load_nanos = settled - begin;
    measured.checkpoint_nanos = MonotonicNanos() - settled;
  } else {
    measured.rewind_nanos[measured.calls - 1] = absl::ToInt64Nanoseconds(rewinder.cost().time);
    measured.pages[measured.calls - 1] = rewinder.cost().pages;
  }
  if (measured.calls == kCalls) _exit(0);
  const int64_t run_begin = MonotonicNanos();
  engine->AfterCheckpoint();
  const RunReply reply = engine->Run({.event = benchmark.event, .invocation_id = "benchmark"}, logs);
  if (reply.outcome != Outcome::kReturned) Fail(reply.error.stack);
  measured.run_nanos[measured.calls++] = MonotonicNanos() - run_begin;
  rewinder.Rewind();
}

}  // namespace

int RunRewindBenchmark(const RewindBenchmark& benchmark,
                       absl::FunctionRef<absl::StatusOr<std::unique_ptr<EngineBoot>>()> make_boot) {
  ConfigureProcessMemory();
  const absl::StatusOr<std::unique_ptr<EngineBoot>> boot = make_boot();
  if (!boot.ok()) Fail(boot.status().message());
  (*boot)->BeforeImage();
  const absl::StatusOr<ZygoteImage> image = ZygoteImage::Take();
  if (!image.ok()) Fail(image.status().message());
  printf("| way | load ms | checkpoint ms | run us | rewind us | pages |\n|---|--:|--:|--:|--:|--:|\n");
  for (const RewindProbe& probe : ProbeRewindWays()) {
    if (!probe.status.ok()) continue;
    Measurements& measured = *static_cast<Measurements*>(
        mmap(nullptr, sizeof(Measurements), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0));
    fflush(stdout);
    const pid_t worker = fork();
    if (worker == 0) {
      (*boot)->AfterForkInChild();
      RunWorker(benchmark, **boot, *image, probe.way, measured);
    }
    int status = 0;
    waitpid(worker, &status, 0);
    if (status != 0) Fail(absl::StrCat("the worker ended: ", status));
    const std::string name(RewindWayName(probe.way));
    printf("| %s | %.1f | %.1f | %.1f | %.1f | %.0f |\n", name.c_str(), static_cast<double>(measured.load_nanos) / 1e6,
           static_cast<double>(measured.checkpoint_nanos) / 1e6, MedianMicros(measured.run_nanos),
           MedianMicros(measured.rewind_nanos), MedianMicros(measured.pages) * 1000);
    munmap(&measured, sizeof(Measurements));
  }
  return 0;
}

}  // namespace mayfly::runtime
