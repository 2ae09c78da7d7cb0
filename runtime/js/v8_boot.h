// A booted V8, for a zygote to fork.
#ifndef MAYFLY_RUNTIME_JS_V8_BOOT_H_
#define MAYFLY_RUNTIME_JS_V8_BOOT_H_

#include <cstdint>
#include <memory>
#include <string_view>

#include "runtime/engine/engine.h"
#include "runtime/js/guest_isolate.h"
#include "runtime/js/v8_process.h"

namespace mayfly::runtime::js {

// Starts V8 and makes an isolate with a realm, in which a forked worker need only load its function. Touches what a
// guest's first use would read from files (time zones, ICU's data), so that a worker needs none.
class V8Boot final : public EngineBoot {
 public:
  // `snapshot` (startup_snapshot.h) outlives it and every engine it makes.
  explicit V8Boot(std::string_view snapshot);

  void BeforeImage() override;

  // The first engine of a process has the isolate that stands ready; more of them, in tests, have new ones.
  std::unique_ptr<Engine> MakeEngine(int64_t memory_limit_bytes) override;

 private:
  V8Process process_;
  const std::string_view snapshot_;
  std::unique_ptr<GuestIsolate> isolate_;  // until an engine has it
};

}  // namespace mayfly::runtime::js

#endif  // MAYFLY_RUNTIME_JS_V8_BOOT_H_
