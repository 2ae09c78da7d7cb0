// CPython as an engine.
#ifndef MAYFLY_RUNTIME_PYTHON_PYTHON_ENGINE_H_
#define MAYFLY_RUNTIME_PYTHON_PYTHON_ENGINE_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "runtime/engine/engine.h"
#include "runtime/python/guest.h"
#include "runtime/python/host_functions.h"
#include "runtime/python/process_state.h"
#include "runtime/python/python_process.h"

namespace mayfly::runtime {

// How the worker keeps calls apart.
enum class Isolation {
  kFresh,   // a new interpreter for each call
  kRewind,  // its memory goes back to the checkpoint after each call
};

// An interpreter that waits for its function, and what it is bound to.
struct StandingGuest {
  std::unique_ptr<HostContext> host;
  std::unique_ptr<Guest> guest;  // ends before its host; null if there was no memory for one
};

// Runs a function in a sub-interpreter: under `fresh`, each call in one of its own.
//
// A handler that takes a second positional parameter (one without a default, or one named `context`) is given a
// context: context.invocation_id, and context.get_remaining_time_in_millis().
class PythonEngine : public Engine {
 public:
  // `process` outlives the engine. The function is loaded into the standing guest.
  PythonEngine(const PythonProcess& process, Isolation isolation, StandingGuest standing);

  // Refuses a function that wants the main interpreter.

  LoadReply Load(const LoadRequest& function, LogBuffer& logs) override;
  RunReply Run(const RunRequest& call, LogBuffer& logs) override;
  bool Prepare() override;
  void BeforeCheckpoint() override;
  void AfterCheckpoint() override;

 private:
  const PythonProcess& process_;
  const Isolation isolation_;
  // Loads the function into the standing guest, and warms it up.
  LoadReply LoadStanding(LogBuffer* logs);
  LoadReply WarmUp();

  std::string handler_;
  std::vector<std::string> warmup_events_;
  std::optional<ProcessState> process_state_;  // under `fresh`
  StandingGuest standing_;
};

// Called in the process that will use the guest, or in one that it is forked from.
StandingGuest MakeStandingGuest(const PythonProcess& process);

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_PYTHON_PYTHON_ENGINE_H_
