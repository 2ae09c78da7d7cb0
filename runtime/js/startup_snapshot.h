// The heap every isolate begins with.
#ifndef MAYFLY_RUNTIME_JS_STARTUP_SNAPSHOT_H_
#define MAYFLY_RUNTIME_JS_STARTUP_SNAPSHOT_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "runtime/js/v8_process.h"

namespace mayfly::runtime::js {

// Makes a snapshot blob for V8 with one context, in which the prelude has run. `prelude` is a script whose value is a
// function of the natives (prelude_natives.h). What the prelude loads lazily is loaded once in a context that is thrown
// away, so that the snapshot holds its bytecode. Errors: INTERNAL with the exception, if the prelude throws.
absl::StatusOr<std::string> MakeStartupSnapshot(V8Process& process, std::string_view prelude);

}  // namespace mayfly::runtime::js

#endif  // MAYFLY_RUNTIME_JS_STARTUP_SNAPSHOT_H_
