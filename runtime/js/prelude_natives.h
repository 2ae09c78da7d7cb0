// What the prelude cannot do in JavaScript.
#ifndef MAYFLY_RUNTIME_JS_PRELUDE_NATIVES_H_
#define MAYFLY_RUNTIME_JS_PRELUDE_NATIVES_H_

#include <v8.h>

#include <cstdint>

namespace mayfly::runtime::js {

// An object of native functions, passed to the prelude while the snapshot is made:
//   global                             the global object
//   log(level, text)                   one console message; level is a LogLevel
//   startTimer(callback, ms, repeats)  → id
//   stopTimer(id)
//   queueMicrotask(callback)
//   reportError(value)                 logs an exception that nobody caught
//   now()                              milliseconds since the realm was made
//   timeOrigin()                       milliseconds since the epoch when it was made
//   random()                           Math.random
//   fillRandom(view)                   fills an ArrayBufferView
//   clone(value, transfer)             structuredClone
//   lazy(target, name, enumerable)     makes a data property whose value is asked of the prelude's `load(name)` when it
//   is first used setPrelude(object)                 what C++ calls: prelude_call.h
v8::Local<v8::Object> MakePreludeNatives(v8::Local<v8::Context> context);

// The addresses a snapshot refers to; the same in the process that makes it and in the one that uses it. Ends with 0.
const intptr_t* ExternalReferences();

}  // namespace mayfly::runtime::js

#endif  // MAYFLY_RUNTIME_JS_PRELUDE_NATIVES_H_
