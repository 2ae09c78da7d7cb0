#include "runtime/js/loaded_function.h"

#include <cmath>
#include <limits>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/limits.h"
#include "base/monotonic.h"
#include "base/nearest.h"
#include "runtime/js/compile_ahead.h"
#include "runtime/js/guest_error.h"
#include "runtime/js/handler_lookup.h"
#include "runtime/js/v8_strings.h"

namespace mayfly::runtime::js {
namespace {

// Measures one phase of a call.
class Phase {
 public:
  explicit Phase(absl::Duration& duration) : duration_(duration), begin_nanos_(MonotonicNanos()) {}
  ~Phase() { duration_ = absl::Nanoseconds(MonotonicNanos() - begin_nanos_); }

 private:
  absl::Duration& duration_;
  const int64_t begin_nanos_;
};

// On CLOCK_MONOTONIC.
double DeadlineMillis(absl::Duration time_left) {
  if (time_left == absl::InfiniteDuration()) return std::numeric_limits<double>::infinity();
  return static_cast<double>(MonotonicNanos()) / 1e6 + absl::ToDoubleMilliseconds(time_left);
}

bool IsBufferRefusal(v8::Local<v8::Context> context, v8::Local<v8::Value> exception) {
  if (!exception->IsNativeError()) return false;
  const v8::TryCatch ignore(context->GetIsolate());
  v8::Local<v8::Value> message;
  if (!exception.As<v8::Object>()->Get(context, Name(context->GetIsolate(), "message")).ToLocal(&message)) return false;
  return message->IsString() &&
         message.As<v8::String>()->StringEquals(Name(context->GetIsolate(), "Array buffer allocation failed"));
}

}  // namespace

LoadedFunction::LoadedFunction(GuestIsolate& isolate, FunctionCode& code, const std::vector<std::string>& preload)
    : guest_(isolate),
      isolate_(isolate.isolate()),
      code_(code),
      owned_realm_(isolate.TakeRealm()),
      realm_(*owned_realm_),
      modules_(realm_, code) {
  const v8::HandleScope handles(isolate_);
  const v8::Context::Scope scope(realm_.context());
  realm_.Preload(preload);
  call_context_.emplace(realm_);
}

LoadedFunction::~LoadedFunction() = default;

// --- Failures

LoadedFunction::Failure LoadedFunction::OutOfMemory() const {
  const int64_t limit_mib = code_.request().memory_limit_bytes / static_cast<int64_t>(kMiB);
  std::string message = absl::StrCat("the function reached its memory limit of ", limit_mib, " MiB");
  return Failure{.outcome = Outcome::kMemoryLimit,
                 .error = {.type = "RangeError", .message = message, .stack = message, .frames = {}}};
}

LoadedFunction::Failure LoadedFunction::Thrown(v8::Local<v8::Value> exception, v8::Local<v8::Message> message,
                                               Outcome outcome) {
  const v8::Local<v8::Context> context = realm_.context();
  if (guest_.memory().buffer_refused() && IsBufferRefusal(context, exception)) outcome = Outcome::kMemoryLimit;
  Failure failure{.outcome = outcome, .error = DescribeException(context, exception, message)};
  // Describing runs the guest's getters, which may use up what is left.
  return guest_.memory().heap_exhausted() ? OutOfMemory() : failure;
}

LoadedFunction::Failure LoadedFunction::Caught(const v8::TryCatch& caught, Outcome outcome) {
  if (guest_.memory().heap_exhausted() || !caught.HasCaught() || caught.HasTerminated()) return OutOfMemory();
  return Thrown(caught.Exception(), caught.Message(), outcome);
}

// --- Load

void LoadedFunction::DefineModuleGlobals() {
  const v8::Local<v8::Context> context = realm_.context();
  const v8::Local<v8::Object> global = context->Global();
  const auto define = [&](std::string_view name, v8::Local<v8::Value> value) {
    std::ignore = global->DefineOwnProperty(context, Name(isolate_, name), value, v8::DontEnum);
  };
  v8::Local<v8::Function> require;
  if (modules_.MakeRequire("").ToLocal(&require)) define("require", require);
  if (code_.request().kind == SourceKind::kJsModule) return;
  const v8::Local<v8::Object> module = v8::Object::New(isolate_);
  const v8::Local<v8::Object> exports = v8::Object::New(isolate_);
  std::ignore = module->CreateDataProperty(context, Name(isolate_, "exports"), exports);
  define("module", module);
  define("exports", exports);
  module_.Reset(isolate_, module);
}

std::optional<LoadedFunction::Failure> LoadedFunction::EvaluateScript() {
  const v8::TryCatch caught(isolate_);
  v8::Local<v8::UnboundScript> script;
  if (!code_.MainScript().ToLocal(&script) || script->BindToCurrentContext()->Run(realm_.context()).IsEmpty() ||
      !realm_.RunMicrotasks()) {
    return Caught(caught, Outcome::kSourceInvalid);
  }
  return std::nullopt;
}

std::optional<LoadedFunction::Failure> LoadedFunction::EvaluateModule() {
  const v8::TryCatch caught(isolate_);
  v8::Local<v8::Promise> evaluated;
  if (!modules_.EvaluateMain().ToLocal(&evaluated) || !realm_.RunUntilSettled(evaluated)) {
    return Caught(caught, Outcome::kSourceInvalid);
  }
  if (evaluated->State() == v8::Promise::kFulfilled) return std::nullopt;
  const v8::Local<v8::Value> reason = evaluated->Result();
  return Thrown(reason, v8::Exception::CreateMessage(isolate_, reason), Outcome::kSourceInvalid);
}

LoadedFunction::Failure LoadedFunction::NoHandler(v8::Local<v8::Value> found) {
  const LoadRequest& request = code_.request();
  const bool is_module = request.kind == SourceKind::kJsModule;
  const std::vector<std::string> functions = is_module
                                                 ? FunctionsOfNamespace(realm_.context(), modules_.MainNamespace())
                                                 : FunctionsOfScript(realm_.context(), code_, module_.Get(isolate_));
  const std::string_view has = is_module ? "exports" : "has";
  std::string message = found->IsUndefined()
                            ? absl::StrCat("the source ", has, " no function '", request.handler, "'")
                            : absl::StrCat("'", request.handler, "' is not a function but ",
                                           found->IsNull() ? "null" : ToUtf8(isolate_, found->TypeOf(isolate_)));
  if (functions.empty()) {
    absl::StrAppend(&message, "; it ", has, " none");
  } else {
    absl::StrAppend(&message, DidYouMean(request.handler, functions), "; it ", has, " '",
                    absl::StrJoin(functions, "', '"), "'");
  }
  return Failure{.outcome = Outcome::kHandlerNotFound,
                 .error = {.type = "ReferenceError", .message = message, .stack = message, .frames = {}}};
}

std::optional<LoadedFunction::Failure> LoadedFunction::FindHandler() {
  const v8::TryCatch caught(isolate_);
  const v8::Local<v8::Context> context = realm_.context();
  const v8::MaybeLocal<v8::Value> lookup =
      code_.request().kind == SourceKind::kJsModule
          ? FindInNamespace(context, code_.request().handler, modules_.MainNamespace())
          : FindInScript(context, code_, module_.Get(isolate_));
  v8::Local<v8::Value> found;
  if (!lookup.ToLocal(&found)) return Caught(caught, Outcome::kSourceInvalid);
  if (!found->IsFunction()) return NoHandler(found);
  handler_.Reset(isolate_, found.As<v8::Function>());
  return std::nullopt;
}

std::optional<LoadedFunction::Failure> LoadedFunction::WarmUp() {
  const std::vector<std::string>& events = code_.request().warmup_events;
  const Timers::Mark mark = realm_.timers().Last();
  for (size_t i = 0; i < events.size(); ++i) {
    for (int run = 0; run < kWarmUpRuns; ++run) {
      const v8::HandleScope handles(isolate_);
      RunReply dropped;
      std::optional<Failure> failure = RunInto({.event = events[i], .invocation_id = ""}, dropped);
      if (failure.has_value()) return WarmUpFailed(i, *std::move(failure));
      // What it left pending is no more to run than after any other call.
      realm_.timers().StopSince(mark);
    }
  }
  guest_.memory().Reset();
  return std::nullopt;
}

LoadedFunction::Failure LoadedFunction::WarmUpFailed(size_t event, Failure failure) const {
  if (failure.outcome != Outcome::kMemoryLimit) failure.outcome = Outcome::kSourceInvalid;
  failure.error.message = absl::StrCat("warmupEvents[", event, "]: ", failure.error.message);
  return failure;
}

LoadReply LoadedFunction::Load(LogBuffer* logs) {
  const v8::HandleScope handles(isolate_);
  const v8::Context::Scope scope(realm_.context());
  realm_.set_logs(logs);
  realm_.random().Discard();
  DefineModuleGlobals();
  std::optional<Failure> failure = code_.request().kind == SourceKind::kJsModule ? EvaluateModule() : EvaluateScript();
  if (!failure.has_value()) failure = FindHandler();
  realm_.set_logs(nullptr);
  if (!failure.has_value()) failure = WarmUp();
  if (!failure.has_value()) return LoadReply{};
  return LoadReply{.outcome = failure->outcome, .error = std::move(failure->error), .logs = {}};
}

void LoadedFunction::Compile() {
  const v8::HandleScope handles(isolate_);
  const v8::Local<v8::Context> context = realm_.context();
  const v8::Context::Scope scope(context);
  CompileAhead(context, handler_.Get(isolate_));
  if (code_.request().kind == SourceKind::kJsModule) return CompilePropertiesAhead(context, modules_.MainNamespace());
  CompilePropertiesAhead(context, context->Global());
  const v8::TryCatch ignore(isolate_);
  v8::Local<v8::Value> exports;
  if (module_.Get(isolate_)->GetRealNamedProperty(context, Name(isolate_, "exports")).ToLocal(&exports)) {
    CompilePropertiesAhead(context, exports);
  }
}

// --- Run

v8::MaybeLocal<v8::Value> LoadedFunction::ParseEvent(const RunRequest& call, EngineTimes& times) {
  const Phase phase(times.parse);
  return v8::JSON::Parse(realm_.context(), ToV8(isolate_, call.event));
}

v8::MaybeLocal<v8::Value> LoadedFunction::CallHandler(const RunRequest& call, v8::Local<v8::Value> event) {
  const v8::Local<v8::Context> context = realm_.context();
  realm_.set_deadline_millis(DeadlineMillis(call.time_left));
  v8::Local<v8::Value> arguments[] = {event, call_context_->New(call.invocation_id)};
  return handler_.Get(isolate_)->Call(context, v8::Undefined(isolate_), std::size(arguments), arguments);
}

std::optional<LoadedFunction::Failure> LoadedFunction::Settle(v8::Local<v8::Value>& result) {
  const v8::Local<v8::Context> context = realm_.context();
  const v8::TryCatch caught(isolate_);
  if (!result->IsObject()) {
    return realm_.RunMicrotasks() ? std::nullopt : std::make_optional(OutOfMemory());
  }
  v8::Local<v8::Promise::Resolver> resolver;
  if (!v8::Promise::Resolver::New(context).ToLocal(&resolver)) return Caught(caught, Outcome::kThrew);
  const v8::Local<v8::Promise> settled = resolver->GetPromise();
  settled->MarkAsHandled();
  if (resolver->Resolve(context, result).IsNothing() || !realm_.RunUntilSettled(settled)) {
    return Caught(caught, Outcome::kThrew);
  }
  result = settled->Result();
  if (settled->State() == v8::Promise::kFulfilled) return std::nullopt;
  return Thrown(result, v8::Exception::CreateMessage(isolate_, result), Outcome::kThrew);
}

std::optional<LoadedFunction::Failure> LoadedFunction::Serialize(v8::Local<v8::Value> result, RunReply& reply) {
  const Phase phase(reply.times.serialize);
  const v8::TryCatch caught(isolate_);
  v8::Local<v8::String> json;
  if (!v8::JSON::Stringify(realm_.context(), result).ToLocal(&json)) {
    return Caught(caught, Outcome::kResultNotSerializable);
  }
  const size_t bytes = json->Utf8LengthV2(isolate_);
  if (bytes > kResultBytesMax) {
    std::string message = absl::StrCat("the result is ", bytes, " bytes of JSON; the limit is ", kResultBytesMax);
    return Failure{.outcome = Outcome::kResultTooLarge,
                   .error = {.type = "RangeError", .message = message, .stack = message, .frames = {}}};
  }
  reply.result = ToUtf8(isolate_, json);
  // JSON.stringify has no text for undefined, functions and symbols, of which V8 makes this word; no JSON text is like
  // it.
  if (reply.result == "undefined") reply.result = "null";
  return std::nullopt;
}

std::optional<LoadedFunction::Failure> LoadedFunction::RunInto(const RunRequest& call, RunReply& reply) {
  v8::Local<v8::Value> result;
  {
    const v8::TryCatch caught(isolate_);
    v8::Local<v8::Value> event;
    if (!ParseEvent(call, reply.times).ToLocal(&event)) return Caught(caught, Outcome::kThrew);
    const Phase phase(reply.times.handler);
    if (!CallHandler(call, event).ToLocal(&result)) return Caught(caught, Outcome::kThrew);
    if (std::optional<Failure> failure = Settle(result)) return failure;
  }
  return Serialize(result, reply);
}

RunReply LoadedFunction::Run(const RunRequest& call, LogBuffer& logs) {
  const v8::HandleScope handles(isolate_);
  const v8::Context::Scope scope(realm_.context());
  realm_.set_logs(&logs);
  realm_.random().Discard();
  RunReply reply;
  if (std::optional<Failure> failure = RunInto(call, reply)) {
    reply.outcome = failure->outcome;
    reply.error = std::move(failure->error);
  }
  realm_.set_logs(nullptr);
  return reply;
}

}  // namespace mayfly::runtime::js
