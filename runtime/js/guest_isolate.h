// The V8 isolate of one worker.
#ifndef MAYFLY_RUNTIME_JS_GUEST_ISOLATE_H_
#define MAYFLY_RUNTIME_JS_GUEST_ISOLATE_H_

#include <v8.h>

#include <memory>
#include <string_view>

#include "runtime/js/memory_guard.h"
#include "runtime/js/realm.h"
#include "runtime/js/v8_process.h"

namespace mayfly::runtime::js {

// An isolate from the startup snapshot, entered as long as this lives. Isolates nest: the last made is the first to go.
// Its memory cap is the largest there is until memory().Lower. Used by one thread; `process` outlives it.
class GuestIsolate {
 public:
  // `snapshot` (startup_snapshot.h) outlives it.
  GuestIsolate(V8Process& process, std::string_view snapshot);
  ~GuestIsolate();

  GuestIsolate(const GuestIsolate&) = delete;
  GuestIsolate& operator=(const GuestIsolate&) = delete;

  V8Process& process() { return process_; }
  v8::Isolate* isolate() { return isolate_; }
  MemoryGuard& memory() { return memory_; }

  // Where microtasks of realms that are gone end up, never run.
  v8::MicrotaskQueue& abandoned() { return *abandoned_; }

  // A realm that no guest has seen: the one made ready, or else a new one. Its clock begins now.
  std::unique_ptr<Realm> TakeRealm();

  // Makes the next TakeRealm quick.
  void MakeRealmReady();

  // Makes it fit for the next realm: ends a termination, and gives the memory limits back.
  void Recover();

 private:
  V8Process& process_;
  MemoryGuard memory_;
  v8::StartupData snapshot_;
  v8::Isolate* isolate_;
  std::unique_ptr<v8::MicrotaskQueue> abandoned_;
  std::unique_ptr<Realm> ready_realm_;
};

}  // namespace mayfly::runtime::js

#endif  // MAYFLY_RUNTIME_JS_GUEST_ISOLATE_H_
