// mayfly-js-worker: the zygote of JavaScript, and the workers that are forked from it.
#include "runtime/js/embedded_snapshot.h"
#include "runtime/js/v8_boot.h"
#include "runtime/worker/zygote.h"

int main() {
  mayfly::runtime::js::V8Boot boot(mayfly::runtime::js::EmbeddedSnapshot());
  return mayfly::runtime::ServeZygote(boot, {.language = mayfly::runtime::Language::kJs});
}
