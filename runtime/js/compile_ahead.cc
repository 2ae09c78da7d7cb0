#include "runtime/js/compile_ahead.h"

#include <algorithm>
#include <cstdint>
#include <tuple>

#include "runtime/js/v8_strings.h"

namespace mayfly::runtime::js {
namespace {

// A library may export thousands, of which a call uses few.
constexpr uint32_t kPropertiesMax = 256;

// Reads a data property; a getter is not run.
v8::MaybeLocal<v8::Value> DataProperty(v8::Local<v8::Context> context, v8::Local<v8::Object> holder,
                                       v8::Local<v8::Name> name) {
  v8::Local<v8::Value> descriptor;
  if (!holder->GetOwnPropertyDescriptor(context, name).ToLocal(&descriptor) || !descriptor->IsObject()) return {};
  return descriptor.As<v8::Object>()->GetRealNamedProperty(context, Name(context->GetIsolate(), "value"));
}

// What the prelude defines can be deleted, and may be there only once it is read.
bool IsDeclared(v8::Local<v8::Context> context, v8::Local<v8::Object> global, v8::Local<v8::Value> key) {
  return (global->GetPropertyAttributes(context, key).FromMaybe(v8::None) & v8::DontDelete) != 0;
}

}  // namespace

void CompileAhead(v8::Local<v8::Context> context, v8::Local<v8::Value> function) {
  if (!function->IsFunction() || function->IsProxy()) return;
  const v8::Local<v8::Function> callee = function.As<v8::Function>();
  // What has no script is V8's own or bound, and would run.
  if (callee->ScriptId() == v8::UnboundScript::kNoScriptId) return;
  v8::Isolate* const isolate = context->GetIsolate();
  const v8::TryCatch ignore(isolate);
  isolate->TerminateExecution();
  std::ignore = callee->Call(context, v8::Undefined(isolate), 0, nullptr);
  isolate->CancelTerminateExecution();
}

void CompilePropertiesAhead(v8::Local<v8::Context> context, v8::Local<v8::Value> holder) {
  if (!holder->IsObject() || holder->IsProxy()) return;
  const v8::HandleScope handles(context->GetIsolate());
  const v8::TryCatch ignore(context->GetIsolate());
  const v8::Local<v8::Object> object = holder.As<v8::Object>();
  const bool is_global = object->StrictEquals(context->Global());
  v8::Local<v8::Array> keys;
  if (!object->GetOwnPropertyNames(context, v8::SKIP_SYMBOLS).ToLocal(&keys)) return;
  for (uint32_t i = 0; i < std::min(keys->Length(), kPropertiesMax); ++i) {
    v8::Local<v8::Value> key;
    v8::Local<v8::Value> value;
    if (!keys->Get(context, i).ToLocal(&key) || !key->IsString()) continue;
    if (is_global && !IsDeclared(context, object, key)) continue;
    if (DataProperty(context, object, key.As<v8::Name>()).ToLocal(&value)) CompileAhead(context, value);
  }
}

}  // namespace mayfly::runtime::js
