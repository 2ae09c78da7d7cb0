// Compiling before the first call.
#ifndef MAYFLY_RUNTIME_JS_COMPILE_AHEAD_H_
#define MAYFLY_RUNTIME_JS_COMPILE_AHEAD_H_

#include <v8.h>

namespace mayfly::runtime::js {

// V8 compiles a function when it is first called, and after a rewind each call is the first. These compile what is not
// compiled yet and run none of the guest's code. (Compiling a whole source at once instead would lose the names that V8
// infers for functions without one: the "exports.handler" of a stack.)

// One function. It is called with its end already requested: V8 compiles it, and ends it at the check of the stack that
// each function begins with.
void CompileAhead(v8::Local<v8::Context> context, v8::Local<v8::Value> function);

// The functions among the own properties of an object; of the global object, those that a script declares.
void CompilePropertiesAhead(v8::Local<v8::Context> context, v8::Local<v8::Value> holder);

}  // namespace mayfly::runtime::js

#endif  // MAYFLY_RUNTIME_JS_COMPILE_AHEAD_H_
