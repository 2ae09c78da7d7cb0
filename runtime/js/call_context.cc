#include "runtime/js/call_context.h"

#include <algorithm>

#include "base/monotonic.h"
#include "runtime/js/v8_strings.h"

namespace mayfly::runtime::js {
namespace {

constexpr std::string_view kNames[] = {"invocationId", "getRemainingTimeMillis"};

void GetRemainingTimeMillis(const v8::FunctionCallbackInfo<v8::Value>& arguments) {
  const Realm* const realm = Realm::Current(arguments.GetIsolate());
  if (realm == nullptr) return;
  const double left_millis = realm->deadline_millis() - static_cast<double>(MonotonicNanos()) / 1e6;
  arguments.GetReturnValue().Set(std::max(left_millis, 0.0));
}

}  // namespace

CallContext::CallContext(Realm& realm) : realm_(realm) {
  v8::Isolate* const isolate = realm.isolate();
  const v8::HandleScope handles(isolate);
  v8::Local<v8::Function> remaining;
  if (v8::Function::New(realm.context(), GetRemainingTimeMillis, {}, 0, v8::ConstructorBehavior::kThrow)
          .ToLocal(&remaining)) {
    remaining->SetName(Name(isolate, kNames[1]));
    remaining_.Reset(isolate, remaining);
  }
  shape_.Reset(isolate, v8::DictionaryTemplate::New(isolate, kNames));
  // The first of its shape makes the shape.
  New("");
}

v8::Local<v8::Object> CallContext::New(std::string_view invocation_id) {
  v8::Isolate* const isolate = realm_.isolate();
  v8::MaybeLocal<v8::Value> values[] = {ToV8(isolate, invocation_id), remaining_.Get(isolate)};
  return shape_.Get(isolate)->NewInstance(realm_.context(), values);
}

}  // namespace mayfly::runtime::js
