// Where a function's handler may stand.
#ifndef MAYFLY_RUNTIME_JS_HANDLER_LOOKUP_H_
#define MAYFLY_RUNTIME_JS_HANDLER_LOOKUP_H_

#include <v8.h>

#include <string>
#include <string_view>
#include <vector>

#include "runtime/js/function_code.h"

namespace mayfly::runtime::js {

// The value a script has under the handler's name: a variable of its top level (`function`, `var`, `const`, `let`),
// else a property of `module.exports`, else `module.exports` itself if it is a function. undefined if there is none.
// Empty, with the exception pending, if a getter threw.
v8::MaybeLocal<v8::Value> FindInScript(v8::Local<v8::Context> context, FunctionCode& code,
                                       v8::Local<v8::Object> module);

// The export of that name, else the default export if it is a function.
v8::MaybeLocal<v8::Value> FindInNamespace(v8::Local<v8::Context> context, std::string_view handler,
                                          v8::Local<v8::Object> exports);

// The functions a script has at its top level, or exports; in the source's order within each kind. At most a few.
std::vector<std::string> FunctionsOfScript(v8::Local<v8::Context> context, FunctionCode& code,
                                           v8::Local<v8::Object> module);
std::vector<std::string> FunctionsOfNamespace(v8::Local<v8::Context> context, v8::Local<v8::Object> exports);

}  // namespace mayfly::runtime::js

#endif  // MAYFLY_RUNTIME_JS_HANDLER_LOOKUP_H_
