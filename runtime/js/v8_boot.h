// A booted V8, for a zygote to fork.
#ifndef MAYFLY_RUNTIME_JS_V8_BOOT_H_
#define MAYFLY_RUNTIME_JS_V8_BOOT_H_

#include <cstdint>
#include <memory>
#include <string_view>

#include "runtime/engine/engine.h"
#include "runtime/js/v8_process.h"

namespace mayfly::runtime::js {

// Starts V8 and touches what a guest's first use would read from files (time zones, ICU's data), so that a forked
// worker needs none.
class V8Boot final : public EngineBoot {
 public:
  // `snapshot` (startup_snapshot.h) outlives it and every engine it makes.
  explicit V8Boot(std::string_view snapshot);

  std::unique_ptr<Engine> MakeEngine(int64_t memory_limit_bytes) override;

 private:
  V8Process process_;
  const std::string_view snapshot_;
};

}  // namespace mayfly::runtime::js

#endif  // MAYFLY_RUNTIME_JS_V8_BOOT_H_
