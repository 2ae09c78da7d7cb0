// One function, loaded into a realm of its own.
#ifndef MAYFLY_RUNTIME_JS_LOADED_FUNCTION_H_
#define MAYFLY_RUNTIME_JS_LOADED_FUNCTION_H_

#include <v8.h>

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/channel/messages.h"
#include "runtime/engine/log_buffer.h"
#include "runtime/js/call_context.h"
#include "runtime/js/function_code.h"
#include "runtime/js/guest_isolate.h"
#include "runtime/js/modules.h"
#include "runtime/js/realm.h"

namespace mayfly::runtime::js {

// Load, then at most one Run. The handler is called with the event and a context object (call_context.h); in Load with
// each of the warm-up events.
//
// Used by one thread; `isolate` and `code` outlive it.
class LoadedFunction {
 public:
  // `preload` names the prelude's lazy values that are loaded ahead: what an earlier realm of this function has used.
  LoadedFunction(GuestIsolate& isolate, FunctionCode& code, const std::vector<std::string>& preload);
  ~LoadedFunction();

  LoadedFunction(const LoadedFunction&) = delete;
  LoadedFunction& operator=(const LoadedFunction&) = delete;

  // Fills all of the reply but its logs, which go to `logs`; nullptr drops them.
  LoadReply Load(LogBuffer* logs);

  // What calls are likely to use is compiled; runs none of the guest's code.
  void Compile();

  RunReply Run(const RunRequest& call, LogBuffer& logs);

  // What of the prelude's lazy values it has used so far.
  const std::vector<std::string>& used() const { return realm_.loaded(); }

 private:
  // What the guest did, if it did not return.
  struct Failure {
    Outcome outcome;
    GuestError error;
  };

  std::optional<Failure> EvaluateScript();
  std::optional<Failure> EvaluateModule();
  std::optional<Failure> FindHandler();
  std::optional<Failure> WarmUp();
  Failure WarmUpFailed(size_t event, Failure failure) const;
  Failure NoHandler(v8::Local<v8::Value> found);
  void DefineModuleGlobals();

  v8::MaybeLocal<v8::Value> ParseEvent(const RunRequest& call, EngineTimes& times);
  v8::MaybeLocal<v8::Value> CallHandler(const RunRequest& call, v8::Local<v8::Value> event);
  std::optional<Failure> RunInto(const RunRequest& call, RunReply& reply);
  std::optional<Failure> Settle(v8::Local<v8::Value>& result);
  std::optional<Failure> Serialize(v8::Local<v8::Value> result, RunReply& reply);

  // What `caught` holds, or a termination; `outcome` is what it means unless memory ran out.
  Failure Caught(const v8::TryCatch& caught, Outcome outcome);
  Failure Thrown(v8::Local<v8::Value> exception, v8::Local<v8::Message> message, Outcome outcome);
  Failure OutOfMemory() const;

  GuestIsolate& guest_;
  v8::Isolate* const isolate_;
  FunctionCode& code_;
  const std::unique_ptr<Realm> owned_realm_;
  Realm& realm_;
  Modules modules_;
  v8::Global<v8::Object> module_;  // CommonJS's `module` of a script
  v8::Global<v8::Function> handler_;
  std::optional<CallContext> call_context_;
};

}  // namespace mayfly::runtime::js

#endif  // MAYFLY_RUNTIME_JS_LOADED_FUNCTION_H_
