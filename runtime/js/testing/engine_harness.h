// Runs functions on a V8 engine in the test's own process.
#ifndef MAYFLY_RUNTIME_JS_TESTING_ENGINE_HARNESS_H_
#define MAYFLY_RUNTIME_JS_TESTING_ENGINE_HARNESS_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/engine/engine.h"

namespace mayfly::runtime::js::testing {

// A function as a test writes it.
struct TestFunction {
  std::string source;
  std::vector<Module> dependencies = {};
  SourceKind kind = SourceKind::kScript;
  std::string handler = "handler";
  int64_t memory_limit_mib = 64;
  std::vector<std::string> warmup_events = {};
};

// One engine, with one function. V8 starts with the first harness of the process.
class Harness {
 public:
  explicit Harness(TestFunction function);

  // The load that the constructor did.
  const LoadReply& loaded() const { return loaded_; }

  // One call, with its logs; Prepare runs before each but the first.
  RunReply Run(std::string_view event = "{}", absl::Duration time_left = absl::InfiniteDuration());

  Engine& engine() { return *engine_; }

 private:
  std::unique_ptr<Engine> engine_;
  LoadReply loaded_;
  bool fresh_ = true;
};

// The first call of a function that must load.
RunReply Call(TestFunction function, std::string_view event = "{}");
RunReply CallScript(std::string_view source, std::string_view event = "{}");
RunReply CallModule(std::string_view source, std::vector<Module> dependencies = {});

// The load of a function that need not succeed.
LoadReply Load(TestFunction function);

// "LEVEL text" for each entry.
std::vector<std::string> Lines(const Logs& logs);

// "function (file:line:column)" for each frame.
std::vector<std::string> Frames(const GuestError& error);

}  // namespace mayfly::runtime::js::testing

#endif  // MAYFLY_RUNTIME_JS_TESTING_ENGINE_HARNESS_H_
