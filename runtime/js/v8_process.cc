#include "runtime/js/v8_process.h"

#include <libplatform/libplatform.h>

#include <memory>

namespace mayfly::runtime::js {
namespace {

// --no-flush-bytecode: what was compiled for one call stays for the next, however old it is.
// The flags are part of what a snapshot and a code cache are checked against: generator and worker share them.
constexpr char kFlags[] = "--single-threaded --no-flush-bytecode";

// Ends a wait.
class WakeUp final : public v8::Task {
 public:
  void Run() override {}
};

}  // namespace

V8Process::V8Process() : platform_(std::make_unique<PagePlatform>(v8::platform::NewSingleThreadedDefaultPlatform())) {
  v8::V8::SetFlagsFromString(kFlags);
  v8::V8::InitializePlatform(platform_.get());
  v8::V8::Initialize();
}

V8Process::~V8Process() {
  // Isolates in static storage may still be torn down by V8 itself; the platform must outlive them.
  (void)platform_.release();
}

bool V8Process::RunTask(v8::Isolate* isolate) { return v8::platform::PumpMessageLoop(platform_->platform(), isolate); }

void V8Process::WaitForTask(v8::Isolate* isolate, absl::Duration wait_max) {
  if (wait_max < absl::InfiniteDuration()) {
    platform_->platform()->GetForegroundTaskRunner(isolate)->PostDelayedTask(std::make_unique<WakeUp>(),
                                                                             absl::ToDoubleSeconds(wait_max));
  }
  v8::platform::PumpMessageLoop(platform_->platform(), isolate, v8::platform::MessageLoopBehavior::kWaitForWork);
}

void V8Process::ForgetIsolate(v8::Isolate* isolate) {
  v8::platform::NotifyIsolateShutdown(platform_->platform(), isolate);
}

}  // namespace mayfly::runtime::js
