// V8 in this process: its platform, its flags, its start.
#ifndef MAYFLY_RUNTIME_JS_V8_PROCESS_H_
#define MAYFLY_RUNTIME_JS_V8_PROCESS_H_

#include <v8.h>

#include <memory>

#include "absl/time/time.h"
#include "runtime/js/page_platform.h"

namespace mayfly::runtime::js {

// Starts V8, without threads, for as long as the process lives. Make one, before any isolate, and pass it down. Used by
// one thread. V8 can be started once in a process, so its destructor leaves V8 running.
class V8Process {
 public:
  V8Process();
  ~V8Process();

  V8Process(const V8Process&) = delete;
  V8Process& operator=(const V8Process&) = delete;

  // Runs one task that V8 has posted for `isolate`; false if none is ready.
  bool RunTask(v8::Isolate* isolate);

  // Runs one task, and waits for it if need be, at most `wait_max`, which may be infinite.
  void WaitForTask(v8::Isolate* isolate, absl::Duration wait_max);

  // Tells the platform that `isolate` is about to go.
  void ForgetIsolate(v8::Isolate* isolate);

  // All memory that V8 has mapped.
  PageAllocator& pages() { return platform_->pages(); }

 private:
  std::unique_ptr<PagePlatform> platform_;
};

}  // namespace mayfly::runtime::js

#endif  // MAYFLY_RUNTIME_JS_V8_PROCESS_H_
