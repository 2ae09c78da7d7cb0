// mayfly-python-worker: the zygote of Python's workers.
#include <stdio.h>
#include <unistd.h>

#include <memory>
#include <new>

#include "absl/status/statusor.h"
#include "runtime/channel/exit_codes.h"
#include "runtime/python/python_boot.h"
#include "runtime/python/python_process.h"
#include "runtime/worker/zygote.h"

int main() {
  using namespace mayfly::runtime;  // NOLINT(google-build-using-namespace): the file is this function
  // CPython's allocations fail with a MemoryError; ours can't go on.
  std::set_new_handler([] { _exit(kExitMemoryLimit); });
  const absl::StatusOr<std::unique_ptr<PythonProcess>> process = PythonProcess::Create();
  if (!process.ok()) {
    fprintf(stderr, "mayfly-python-worker: %s\n", process.status().ToString().c_str());
    return kExitSetupFailed;
  }
  PythonBoot boot(**process);
  return ServeZygote(boot, {.language = Language::kPython});
}
