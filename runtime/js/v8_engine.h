// The JavaScript engine of a worker.
#ifndef MAYFLY_RUNTIME_JS_V8_ENGINE_H_
#define MAYFLY_RUNTIME_JS_V8_ENGINE_H_

#include <cstdint>
#include <optional>
#include <string_view>

#include "runtime/engine/engine.h"
#include "runtime/js/function_code.h"
#include "runtime/js/guest_isolate.h"
#include "runtime/js/loaded_function.h"
#include "runtime/js/v8_process.h"

namespace mayfly::runtime::js {

// Engine on V8: one isolate, and for each call a context from the startup snapshot. What was compiled for the first
// stays in the isolate. What a handler may be and is called with: loaded_function.h.
class V8Engine final : public Engine {
 public:
  // `process` and `snapshot` outlive it.
  V8Engine(V8Process& process, std::string_view snapshot, int64_t memory_limit_bytes);

  LoadReply Load(const LoadRequest& function, LogBuffer& logs) override;
  RunReply Run(const RunRequest& call, LogBuffer& logs) override;
  bool Prepare() override;
  void BeforeCheckpoint() override;
  void AfterCheckpoint() override;

 private:
  // In the order of dependence: the last goes first.
  GuestIsolate isolate_;
  LoadRequest request_;
  std::optional<FunctionCode> code_;
  std::optional<LoadedFunction> function_;
};

}  // namespace mayfly::runtime::js

#endif  // MAYFLY_RUNTIME_JS_V8_ENGINE_H_
