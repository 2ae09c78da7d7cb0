#include "runtime/js/prelude_natives.h"

#include <cmath>
#include <cstdint>
#include <optional>
#include <tuple>

#include "absl/time/clock.h"
#include "base/monotonic.h"
#include "runtime/js/prelude_call.h"
#include "runtime/js/random_source.h"
#include "runtime/js/realm.h"
#include "runtime/js/structured_clone.h"
#include "runtime/js/v8_strings.h"

namespace mayfly::runtime::js {
namespace {

using Arguments = v8::FunctionCallbackInfo<v8::Value>;

// The natives are the prelude's alone, so their arguments have the types it gives them. A realm that is gone (code of
// an abandoned context that V8 still runs) makes them do nothing.

void Log(const Arguments& arguments) {
  v8::Isolate* const isolate = arguments.GetIsolate();
  Realm* const realm = Realm::Current(isolate);
  if (realm == nullptr) return;
  const int32_t level = arguments[0].As<v8::Int32>()->Value();
  realm->Log(static_cast<LogLevel>(level), ToUtf8(isolate, arguments[1].As<v8::String>()));
}

void StartTimer(const Arguments& arguments) {
  v8::Isolate* const isolate = arguments.GetIsolate();
  Realm* const realm = Realm::Current(isolate);
  if (realm == nullptr) return;
  const absl::Duration delay = absl::Milliseconds(arguments[1].As<v8::Number>()->Value());
  const std::optional<int32_t> id =
      realm->timers().Start(isolate, arguments[0].As<v8::Function>(), delay, arguments[2]->IsTrue());
  if (id.has_value()) {
    arguments.GetReturnValue().Set(*id);
  } else {
    isolate->ThrowException(v8::Exception::RangeError(ToV8(isolate, "Too many timers")));
  }
}

void StopTimer(const Arguments& arguments) {
  Realm* const realm = Realm::Current(arguments.GetIsolate());
  if (realm != nullptr) realm->timers().Stop(arguments[0].As<v8::Int32>()->Value());
}

void QueueMicrotask(const Arguments& arguments) {
  v8::Isolate* const isolate = arguments.GetIsolate();
  Realm* const realm = Realm::Current(isolate);
  if (realm != nullptr) realm->microtasks().EnqueueMicrotask(isolate, arguments[0].As<v8::Function>());
}

void ReportError(const Arguments& arguments) {
  v8::Isolate* const isolate = arguments.GetIsolate();
  Realm* const realm = Realm::Current(isolate);
  if (realm != nullptr) realm->ReportUncaught(arguments[0], v8::Exception::CreateMessage(isolate, arguments[0]));
}

double MillisSince(int64_t origin_nanos) { return static_cast<double>(MonotonicNanos() - origin_nanos) / 1e6; }

void Now(const Arguments& arguments) {
  Realm* const realm = Realm::Current(arguments.GetIsolate());
  if (realm != nullptr) arguments.GetReturnValue().Set(MillisSince(realm->origin_nanos()));
}

void TimeOrigin(const Arguments& arguments) {
  Realm* const realm = Realm::Current(arguments.GetIsolate());
  if (realm == nullptr) return;
  const double now_millis = static_cast<double>(absl::GetCurrentTimeNanos()) / 1e6;
  arguments.GetReturnValue().Set(now_millis - MillisSince(realm->origin_nanos()));
}

void Random(const Arguments& arguments) {
  Realm* const realm = Realm::Current(arguments.GetIsolate());
  if (realm != nullptr) arguments.GetReturnValue().Set(realm->random().NextDouble());
}

void FillRandom(const Arguments& arguments) {
  const v8::Local<v8::ArrayBufferView> view = arguments[0].As<v8::ArrayBufferView>();
  uint8_t* const begin = static_cast<uint8_t*>(view->Buffer()->Data()) + view->ByteOffset();
  RandomSource::Fill({begin, view->ByteLength()});
}

void LoadLazily(v8::Local<v8::Name> name, const v8::PropertyCallbackInfo<v8::Value>& property);

void DefineLazy(v8::Local<v8::Context> context, v8::Local<v8::Object> target, v8::Local<v8::Name> name,
                v8::PropertyAttribute attributes) {
  std::ignore = target->SetLazyDataProperty(context, name, LoadLazily, v8::Local<v8::Value>(), attributes);
}

void LoadLazily(v8::Local<v8::Name> name, const v8::PropertyCallbackInfo<v8::Value>& property) {
  const v8::Local<v8::Context> context = property.GetIsolate()->GetCurrentContext();
  const v8::Local<v8::Object> target = property.HolderV2();
  v8::PropertyAttribute attributes;
  v8::Local<v8::Value> value;
  if (!target->GetPropertyAttributes(context, name).To(&attributes)) return;
  if (!CallPrelude(context, "load", name).ToLocal(&value)) return;
  if (Realm* const realm = Realm::Of(context)) realm->NoteLoaded(ToUtf8(context->GetIsolate(), name.As<v8::String>()));
  // V8 insists that what it now replaces by the value is still lazy; what has just run may have set it.
  DefineLazy(context, target, name, attributes);
  property.GetReturnValue().Set(value);
}

void Lazy(const Arguments& arguments) {
  DefineLazy(arguments.GetIsolate()->GetCurrentContext(), arguments[0].As<v8::Object>(), arguments[1].As<v8::Name>(),
             arguments[2]->IsTrue() ? v8::None : v8::DontEnum);
}

void SetPrelude(const Arguments& arguments) {
  arguments.GetIsolate()->GetCurrentContext()->SetEmbedderData(kPreludeSlot, arguments[0]);
}

struct Native {
  const char* name;
  v8::FunctionCallback callback;
};

constexpr Native kNatives[] = {
    {"log", Log},
    {"startTimer", StartTimer},
    {"stopTimer", StopTimer},
    {"queueMicrotask", QueueMicrotask},
    {"reportError", ReportError},
    {"now", Now},
    {"timeOrigin", TimeOrigin},
    {"random", Random},
    {"fillRandom", FillRandom},
    {"clone", StructuredClone},
    {"lazy", Lazy},
    {"setPrelude", SetPrelude},
};

}  // namespace

v8::Local<v8::Object> MakePreludeNatives(v8::Local<v8::Context> context) {
  v8::Isolate* const isolate = context->GetIsolate();
  const v8::Local<v8::Object> natives = v8::Object::New(isolate);
  for (const Native& native : kNatives) {
    const v8::Local<v8::String> name = Name(isolate, native.name);
    const v8::Local<v8::Function> function =
        v8::Function::New(context, native.callback, {}, 0, v8::ConstructorBehavior::kThrow).ToLocalChecked();
    function->SetName(name);
    natives->Set(context, name, function).Check();
  }
  natives->Set(context, Name(isolate, "global"), context->Global()).Check();
  return natives;
}

const intptr_t* ExternalReferences() {
  static const intptr_t references[] = {
      reinterpret_cast<intptr_t>(Log),         reinterpret_cast<intptr_t>(StartTimer),
      reinterpret_cast<intptr_t>(StopTimer),   reinterpret_cast<intptr_t>(QueueMicrotask),
      reinterpret_cast<intptr_t>(ReportError), reinterpret_cast<intptr_t>(Now),
      reinterpret_cast<intptr_t>(TimeOrigin),  reinterpret_cast<intptr_t>(Random),
      reinterpret_cast<intptr_t>(FillRandom),  reinterpret_cast<intptr_t>(StructuredClone),
      reinterpret_cast<intptr_t>(Lazy),        reinterpret_cast<intptr_t>(SetPrelude),
      reinterpret_cast<intptr_t>(LoadLazily),  0,
  };
  return references;
}

}  // namespace mayfly::runtime::js
