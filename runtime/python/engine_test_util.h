// What the tests of the engine share.
#ifndef MAYFLY_RUNTIME_PYTHON_ENGINE_TEST_UTIL_H_
#define MAYFLY_RUNTIME_PYTHON_ENGINE_TEST_UTIL_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/channel/messages.h"
#include "runtime/engine/engine.h"
#include "runtime/engine/log_buffer.h"
#include "runtime/python/python_process.h"

namespace mayfly::runtime {

// CPython of this test process; the first use boots it.
const PythonProcess& TestProcess();

// An engine of that process, under `fresh`. One at a time.
std::unique_ptr<Engine> MakeTestEngine();

// One engine, and the function "f" in it.
class TestFunction {
 public:
  explicit TestFunction(std::string source, std::vector<Module> dependencies = {}, std::string handler = "handler");

  // Any function, in an engine of the caller's.
  TestFunction(std::unique_ptr<Engine> engine, const LoadRequest& request);

  ~TestFunction();

  const LoadReply& load() const { return load_; }

  // One call. After the first, the engine prepares itself before each.
  RunReply Run(std::string event = "{}");

  // The call's result, or its error as "outcome type: message".
  std::string Result(std::string event = "{}");

 private:
  std::unique_ptr<Engine> engine_;
  LogBuffer logs_;
  LoadReply load_;
  bool spent_ = false;
};

// "outcome type: message".
std::string Describe(Outcome outcome, const GuestError& error);

// "function file:line:column" of each frame.
std::vector<std::string> Describe(const std::vector<StackFrame>& frames);

// "LEVEL text" of each entry.
std::vector<std::string> Describe(const Logs& logs);

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_PYTHON_ENGINE_TEST_UTIL_H_
