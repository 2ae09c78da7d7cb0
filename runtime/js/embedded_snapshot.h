// The startup snapshot that this program was built with.
#ifndef MAYFLY_RUNTIME_JS_EMBEDDED_SNAPSHOT_H_
#define MAYFLY_RUNTIME_JS_EMBEDDED_SNAPSHOT_H_

#include <string_view>

namespace mayfly::runtime::js {

// Made by make_snapshot from the bundled prelude; lives as long as the program.
std::string_view EmbeddedSnapshot();

}  // namespace mayfly::runtime::js

#endif  // MAYFLY_RUNTIME_JS_EMBEDDED_SNAPSHOT_H_
