#include "runtime/js/prelude_call.h"

#include "runtime/js/v8_strings.h"

namespace mayfly::runtime::js {

v8::MaybeLocal<v8::Value> CallPrelude(v8::Local<v8::Context> context, std::string_view function,
                                      v8::Local<v8::Value> argument) {
  const v8::Local<v8::Object> prelude = context->GetEmbedderData(kPreludeSlot).As<v8::Object>();
  v8::Local<v8::Value> callee;
  if (!prelude->Get(context, Name(context->GetIsolate(), function)).ToLocal(&callee)) return {};
  return callee.As<v8::Function>()->Call(context, prelude, 1, &argument);
}

}  // namespace mayfly::runtime::js
