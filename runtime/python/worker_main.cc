// mayfly-python-worker: the zygote of Python's workers.
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <new>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/match.h"
#include "runtime/channel/exit_codes.h"
#include "runtime/python/python_boot.h"
#include "runtime/python/python_engine.h"
#include "runtime/python/python_process.h"
#include "runtime/worker/zygote.h"

int main(int argc, char** argv) {
  using namespace mayfly::runtime;  // NOLINT(google-build-using-namespace): the file is this function
  // CPython's allocations fail with a MemoryError; ours can't go on.
  std::set_new_handler([] { _exit(kExitMemoryLimit); });
  const bool rewinds =
      std::any_of(argv + 1, argv + argc, [](const char* flag) { return absl::StartsWith(flag, "--rewind="); });
  const Isolation isolation = rewinds ? Isolation::kRewind : Isolation::kFresh;
  std::unique_ptr<PythonProcess> process;
  return ZygoteMain(Language::kPython, argc, argv, [&]() -> absl::StatusOr<std::unique_ptr<EngineBoot>> {
    absl::StatusOr<std::unique_ptr<PythonProcess>> created = PythonProcess::Create();
    if (!created.ok()) return created.status();
    process = *std::move(created);
    return std::make_unique<PythonBoot>(*process, isolation);
  });
}
