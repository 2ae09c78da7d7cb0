// One V8 context and all that lives and dies with it.
#ifndef MAYFLY_RUNTIME_JS_REALM_H_
#define MAYFLY_RUNTIME_JS_REALM_H_

#include <v8.h>

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "runtime/engine/log_buffer.h"
#include "runtime/js/random_source.h"
#include "runtime/js/timers.h"
#include "runtime/js/v8_process.h"

namespace mayfly::runtime::js {

class Modules;

// A context from the startup snapshot, with its own microtasks, timers, modules and rejected promises: when it goes,
// nothing of it runs or is seen again. The natives of the prelude find it through the context. Used by one thread; the
// isolate, entered, outlives it.
class Realm {
 public:
  // Where a context keeps its realm, among its embedder data; slot 0 is V8's, and see prelude_call.h.
  static constexpr int kRealmSlot = 1;

  // `abandoned` takes what a dead realm still enqueues; it is never run, and outlives the isolate's contexts.
  Realm(V8Process& process, v8::Isolate* isolate, v8::MicrotaskQueue& abandoned);
  ~Realm();

  Realm(const Realm&) = delete;
  Realm& operator=(const Realm&) = delete;

  // The realm of a context; nullptr once it is gone, or while the snapshot is made.
  static Realm* Of(v8::Local<v8::Context> context);
  static Realm* Current(v8::Isolate* isolate) { return Of(isolate->GetCurrentContext()); }

  // Has the isolate report uncaught exceptions and rejections to their realms. Once for an isolate.
  static void Watch(v8::Isolate* isolate);

  v8::Isolate* isolate() const { return isolate_; }
  v8::Local<v8::Context> context() const { return context_.Get(isolate_); }
  v8::MicrotaskQueue& microtasks() { return *microtasks_; }
  Timers& timers() { return timers_; }
  RandomSource& random() { return random_; }

  // The modules of the function that is loaded here; set by its owner, who outlives no use of it.
  Modules* modules() const { return modules_; }
  void set_modules(Modules* modules) { modules_ = modules; }

  // Where console writes; nullptr drops it.
  void set_logs(LogBuffer* logs) { logs_ = logs; }
  void Log(LogLevel level, std::string_view text);

  // Logs an exception that nobody caught; `message` says where it was thrown.
  void ReportUncaught(v8::Local<v8::Value> exception, v8::Local<v8::Message> message);

  // The lazy values of the prelude that were loaded so far, in that order; and loading them ahead, before any guest
  // code has run.
  void NoteLoaded(std::string name) { loaded_.push_back(std::move(name)); }
  const std::vector<std::string>& loaded() const { return loaded_; }
  void Preload(const std::vector<std::string>& names);

  // CLOCK_MONOTONIC at the last BeginClock, or when the realm was made: the origin of performance.now.
  int64_t origin_nanos() const { return origin_nanos_; }
  void BeginClock();

  // When the call's budget ends, in milliseconds of CLOCK_MONOTONIC; infinite without one.
  double deadline_millis() const { return deadline_millis_; }
  void set_deadline_millis(double millis) { deadline_millis_ = millis; }

  // Runs what is queued to run now: microtasks, then reports the rejections nobody handled. False if execution was
  // terminated.
  bool RunMicrotasks();

  // Runs microtasks, timers and V8's own tasks until `promise` is settled; waits for ever if it never is. False if
  // execution was terminated.
  bool RunUntilSettled(v8::Local<v8::Promise> promise);

 private:
  struct Rejection {
    v8::Global<v8::Promise> promise;
    v8::Global<v8::Value> reason;
    v8::Global<v8::Message> message;
  };

  static void OnMessage(v8::Local<v8::Message> message, v8::Local<v8::Value> data);
  static void OnPromiseReject(v8::PromiseRejectMessage event);

  void AddRejection(v8::Local<v8::Promise> promise, v8::Local<v8::Value> reason);
  void DropRejection(v8::Local<v8::Promise> promise);
  void ReportRejections();
  void LogException(std::string_view what, v8::Local<v8::Value> exception, v8::Local<v8::Message> message);
  bool RunTimer(v8::Local<v8::Function> callback);
  bool RunNextTask();

  V8Process& process_;
  v8::Isolate* const isolate_;
  v8::MicrotaskQueue& abandoned_;
  int64_t origin_nanos_;
  const std::unique_ptr<v8::MicrotaskQueue> microtasks_;
  v8::Global<v8::Context> context_;
  double deadline_millis_ = std::numeric_limits<double>::infinity();
  Timers timers_;
  RandomSource random_;
  std::vector<Rejection> rejections_;
  std::vector<std::string> loaded_;
  Modules* modules_ = nullptr;
  LogBuffer* logs_ = nullptr;
};

}  // namespace mayfly::runtime::js

#endif  // MAYFLY_RUNTIME_JS_REALM_H_
