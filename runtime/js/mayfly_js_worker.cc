// mayfly-js-worker: the zygote of JavaScript, and the workers that are forked from it.
#include <unistd.h>

#include <new>

#include "runtime/channel/exit_codes.h"
#include "runtime/js/embedded_snapshot.h"
#include "runtime/js/v8_boot.h"
#include "runtime/worker/zygote.h"

int main() {
  // V8 refuses the guest's allocations itself; where ours fail, the worker can't go on.
  std::set_new_handler([] { _exit(mayfly::runtime::kExitMemoryLimit); });
  mayfly::runtime::js::V8Boot boot(mayfly::runtime::js::EmbeddedSnapshot());
  return mayfly::runtime::ServeZygote(boot, {.language = mayfly::runtime::Language::kJs});
}
