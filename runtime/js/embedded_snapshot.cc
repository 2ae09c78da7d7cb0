#include "runtime/js/embedded_snapshot.h"

extern "C" {
extern const char mayfly_js_snapshot_begin[];
extern const char mayfly_js_snapshot_end[];
}

namespace mayfly::runtime::js {

std::string_view EmbeddedSnapshot() {
  return {mayfly_js_snapshot_begin, static_cast<size_t>(mayfly_js_snapshot_end - mayfly_js_snapshot_begin)};
}

}  // namespace mayfly::runtime::js
