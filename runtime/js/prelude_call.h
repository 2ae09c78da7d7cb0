// Calls from C++ into the prelude.
#ifndef MAYFLY_RUNTIME_JS_PRELUDE_CALL_H_
#define MAYFLY_RUNTIME_JS_PRELUDE_CALL_H_

#include <v8.h>

#include <string_view>

namespace mayfly::runtime::js {

// Where a context keeps the prelude's own object (prelude/index.js), among its embedder data.
inline constexpr int kPreludeSlot = 2;

// prelude[function](argument), in a context whose prelude has run. Leaves the exception pending when it is empty.
v8::MaybeLocal<v8::Value> CallPrelude(v8::Local<v8::Context> context, std::string_view function,
                                      v8::Local<v8::Value> argument);

}  // namespace mayfly::runtime::js

#endif  // MAYFLY_RUNTIME_JS_PRELUDE_CALL_H_
