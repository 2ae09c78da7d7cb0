// The structured clone algorithm of HTML, on V8's serializer.
#ifndef MAYFLY_RUNTIME_JS_STRUCTURED_CLONE_H_
#define MAYFLY_RUNTIME_JS_STRUCTURED_CLONE_H_

#include <v8.h>

namespace mayfly::runtime::js {

// clone(value, transfer): a deep copy of `value`; the ArrayBuffers of the array `transfer` are moved, not copied. What
// can't be cloned throws the DataCloneError that the prelude's `dataCloneError(message)` makes. Objects of the web
// platform (by the prelude's `platformKind(object)`: 0 none, 1 a DOMException, 2 one that can't be cloned) are no plain
// objects here: a DOMException is made anew by the prelude's `newDomException([message, name, stack])`.
void StructuredClone(const v8::FunctionCallbackInfo<v8::Value>& arguments);

}  // namespace mayfly::runtime::js

#endif  // MAYFLY_RUNTIME_JS_STRUCTURED_CLONE_H_
