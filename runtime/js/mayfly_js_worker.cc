// mayfly-js-worker: the zygote of JavaScript, and the workers that are forked from it.
#include <unistd.h>

#include <memory>
#include <new>

#include "runtime/channel/exit_codes.h"
#include "runtime/js/embedded_snapshot.h"
#include "runtime/js/v8_boot.h"
#include "runtime/worker/zygote.h"

int main(int argc, char** argv) {
  using namespace mayfly::runtime;  // NOLINT(google-build-using-namespace): the file is this function
  // V8 refuses the guest's allocations itself; where ours fail, the worker can't go on.
  std::set_new_handler([] { _exit(kExitMemoryLimit); });
  return ZygoteMain(Language::kJs, argc, argv,
                    [](const ZygoteOptions&) { return std::make_unique<js::V8Boot>(js::EmbeddedSnapshot()); });
}
