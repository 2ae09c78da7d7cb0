// mayfly-python-worker: the zygote of Python's workers.
#include <unistd.h>

#include <memory>
#include <new>
#include <utility>

#include "absl/status/statusor.h"
#include "runtime/channel/exit_codes.h"
#include "runtime/python/python_boot.h"
#include "runtime/python/python_engine.h"
#include "runtime/python/python_process.h"
#include "runtime/worker/zygote.h"

int main(int argc, char** argv) {
  using namespace mayfly::runtime;  // NOLINT(google-build-using-namespace): the file is this function
  // CPython's allocations fail with a MemoryError; ours can't go on.
  std::set_new_handler([] { _exit(kExitMemoryLimit); });
  std::unique_ptr<PythonProcess> process;
  const auto make_boot = [&process](const ZygoteOptions& options) -> absl::StatusOr<std::unique_ptr<EngineBoot>> {
    absl::StatusOr<std::unique_ptr<PythonProcess>> created = PythonProcess::Create();
    if (!created.ok()) return created.status();
    process = *std::move(created);
    return std::make_unique<PythonBoot>(*process, options.rewind.has_value() ? Isolation::kRewind : Isolation::kFresh);
  };
  return ZygoteMain(Language::kPython, argc, argv, make_boot);
}
