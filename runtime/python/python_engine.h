// CPython as an engine.
#ifndef MAYFLY_RUNTIME_PYTHON_PYTHON_ENGINE_H_
#define MAYFLY_RUNTIME_PYTHON_PYTHON_ENGINE_H_

#include <memory>
#include <optional>
#include <string>

#include "runtime/engine/engine.h"
#include "runtime/python/guest.h"
#include "runtime/python/host_functions.h"
#include "runtime/python/output_lines.h"
#include "runtime/python/process_state.h"
#include "runtime/python/python_process.h"
#include "runtime/python/source_modules.h"

namespace mayfly::runtime {

// Runs each call in a sub-interpreter of its own.
//
// A handler that takes a second positional parameter (one without a default, or one named `context`) is given a
// context: context.invocation_id, and context.get_remaining_time_in_millis().
class PythonEngine : public Engine {
 public:
  // `process` outlives the engine.
  explicit PythonEngine(const PythonProcess& process) : process_(process) {}

  LoadReply Load(const LoadRequest& function, LogBuffer& logs) override;
  RunReply Run(const RunRequest& call, LogBuffer& logs) override;
  bool Prepare() override;
  void BeforeCheckpoint() override;
  void AfterCheckpoint() override;

 private:
  const PythonProcess& process_;
  std::string handler_;
  OutputLines output_;
  std::optional<SourceModules> modules_;
  std::optional<HostContext> host_;
  std::optional<ProcessState> process_state_;
  std::unique_ptr<Guest> guest_;
};

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_PYTHON_PYTHON_ENGINE_H_
