// The JavaScript engine of a worker.
#ifndef MAYFLY_RUNTIME_JS_V8_ENGINE_H_
#define MAYFLY_RUNTIME_JS_V8_ENGINE_H_

#include <memory>
#include <optional>

#include "runtime/engine/engine.h"
#include "runtime/js/function_code.h"
#include "runtime/js/guest_isolate.h"
#include "runtime/js/loaded_function.h"

namespace mayfly::runtime::js {

// Engine on V8: one isolate, and for each call a context from the startup snapshot. What was compiled for the first
// stays in the isolate. What a handler may be and is called with: loaded_function.h.
class V8Engine final : public Engine {
 public:
  explicit V8Engine(std::unique_ptr<GuestIsolate> isolate);

  LoadReply Load(const LoadRequest& function, LogBuffer& logs) override;
  RunReply Run(const RunRequest& call, LogBuffer& logs) override;
  bool Prepare() override;
  void BeforeCheckpoint() override;
  void AfterCheckpoint() override;

 private:
  // In the order of dependence: the last goes first.
  const std::unique_ptr<GuestIsolate> isolate_;
  LoadRequest request_;
  std::optional<FunctionCode> code_;
  std::optional<LoadedFunction> function_;
};

}  // namespace mayfly::runtime::js

#endif  // MAYFLY_RUNTIME_JS_V8_ENGINE_H_
