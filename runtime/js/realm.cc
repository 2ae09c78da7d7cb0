#include "runtime/js/realm.h"

#include <algorithm>
#include <tuple>
#include <utility>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "base/limits.h"
#include "base/monotonic.h"
#include "runtime/js/guest_error.h"
#include "runtime/js/prelude_call.h"
#include "runtime/js/v8_strings.h"

namespace mayfly::runtime::js {
namespace {

// The snapshot's first context: see startup_snapshot.cc.
constexpr size_t kContextIndex = 0;

v8::Local<v8::Context> NewContext(v8::Isolate* isolate, v8::MicrotaskQueue* microtasks) {
  v8::Local<v8::Context> context;
  CHECK(v8::Context::FromSnapshot(isolate, kContextIndex, {}, nullptr, {}, microtasks).ToLocal(&context))
      << "the startup snapshot holds no context";
  return context;
}

}  // namespace

Realm::Realm(V8Process& process, v8::Isolate* isolate, v8::MicrotaskQueue& abandoned)
    : process_(process),
      isolate_(isolate),
      abandoned_(abandoned),
      origin_nanos_(MonotonicNanos()),
      microtasks_(v8::MicrotaskQueue::New(isolate, v8::MicrotasksPolicy::kExplicit)) {
  const v8::HandleScope handles(isolate);
  const v8::Local<v8::Context> context = NewContext(isolate, microtasks_.get());
  context->SetAlignedPointerInEmbedderData(kRealmSlot, this);
  context_.Reset(isolate, context);
}

Realm::~Realm() {
  const v8::HandleScope handles(isolate_);
  const v8::Local<v8::Context> context = context_.Get(isolate_);
  context->SetAlignedPointerInEmbedderData(kRealmSlot, nullptr);
  context->SetMicrotaskQueue(&abandoned_);
}

Realm* Realm::Of(v8::Local<v8::Context> context) {
  if (context.IsEmpty() || context->GetNumberOfEmbedderDataFields() <= kRealmSlot) return nullptr;
  return static_cast<Realm*>(context->GetAlignedPointerFromEmbedderData(kRealmSlot));
}

void Realm::Watch(v8::Isolate* isolate) {
  isolate->AddMessageListener(OnMessage);
  isolate->SetPromiseRejectCallback(OnPromiseReject);
  isolate->SetCaptureStackTraceForUncaughtExceptions(true, static_cast<int>(kStackFramesMax),
                                                     v8::StackTrace::kDetailed);
}

void Realm::BeginClock() { origin_nanos_ = MonotonicNanos(); }

void Realm::Log(LogLevel level, std::string_view text) {
  if (logs_ != nullptr) logs_->Append(level, text);
}

void Realm::Preload(const std::vector<std::string>& names) {
  const v8::TryCatch ignore(isolate_);
  for (const std::string& name : names) std::ignore = CallPrelude(context(), "preload", ToV8(isolate_, name));
}

void Realm::OnMessage(v8::Local<v8::Message> message, v8::Local<v8::Value> exception) {
  Realm* const realm = Current(v8::Isolate::GetCurrent());
  if (realm != nullptr) realm->ReportUncaught(exception, message);
}

void Realm::OnPromiseReject(v8::PromiseRejectMessage event) {
  const v8::Local<v8::Promise> promise = event.GetPromise();
  Realm* const realm = Current(v8::Isolate::GetCurrent());
  if (realm == nullptr) return;
  switch (event.GetEvent()) {
    case v8::kPromiseRejectWithNoHandler:
      realm->AddRejection(promise, event.GetValue());
      return;
    case v8::kPromiseHandlerAddedAfterReject:
      realm->DropRejection(promise);
      return;
    case v8::kPromiseRejectAfterResolved:
    case v8::kPromiseResolveAfterResolved:
      return;
  }
}

void Realm::AddRejection(v8::Local<v8::Promise> promise, v8::Local<v8::Value> reason) {
  // What is dropped here is only not logged.
  if (rejections_.size() == kRejectionsMax) return;
  rejections_.push_back(Rejection{
      .promise = v8::Global<v8::Promise>(isolate_, promise),
      .reason = v8::Global<v8::Value>(isolate_, reason),
      .message = v8::Global<v8::Message>(isolate_, v8::Exception::CreateMessage(isolate_, reason)),
  });
}

void Realm::DropRejection(v8::Local<v8::Promise> promise) {
  std::erase_if(rejections_, [&](const Rejection& rejection) { return rejection.promise == promise; });
}

void Realm::ReportRejections() {
  const std::vector<Rejection> rejections = std::exchange(rejections_, {});
  for (const Rejection& rejection : rejections) {
    LogException("Uncaught (in promise) ", rejection.reason.Get(isolate_), rejection.message.Get(isolate_));
  }
}

void Realm::ReportUncaught(v8::Local<v8::Value> exception, v8::Local<v8::Message> message) {
  LogException("Uncaught ", exception, message);
}

void Realm::LogException(std::string_view what, v8::Local<v8::Value> exception, v8::Local<v8::Message> message) {
  if (logs_ == nullptr) return;
  Log(LogLevel::kError, absl::StrCat(what, DescribeForLog(context(), exception, message)));
}

bool Realm::RunMicrotasks() {
  microtasks_->PerformCheckpoint(isolate_);
  if (isolate_->IsExecutionTerminating()) return false;
  ReportRejections();
  return !isolate_->IsExecutionTerminating();
}

bool Realm::RunTimer(v8::Local<v8::Function> callback) {
  v8::TryCatch caught(isolate_);
  caught.SetVerbose(true);
  std::ignore = callback->Call(context(), v8::Undefined(isolate_), 0, nullptr);
  return !caught.HasTerminated();
}

bool Realm::RunNextTask() {
  if (process_.RunTask(isolate_)) return true;
  v8::Local<v8::Function> callback;
  if (timers_.TakeDue(isolate_).ToLocal(&callback)) return RunTimer(callback);
  // With nothing due and nothing to come this waits until the host ends the process at its deadline.
  process_.WaitForTask(isolate_, timers_.UntilNext().value_or(absl::InfiniteDuration()));
  return true;
}

bool Realm::RunUntilSettled(v8::Local<v8::Promise> promise) {
  while (RunMicrotasks()) {
    if (promise->State() != v8::Promise::kPending) return true;
    const v8::HandleScope handles(isolate_);
    if (!RunNextTask()) return false;
  }
  return false;
}

}  // namespace mayfly::runtime::js
