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

// An interpreter that waits for its function, and what it is bound to. Empty: there is none.
struct StandingGuest {
  std::unique_ptr<HostContext> host;
  std::unique_ptr<Guest> guest;  // ends before its host; null if there was no memory for one
};

// Runs a function in a sub-interpreter: under `fresh`, each call in one of its own. Under `rewind`, a function that
// asks for it runs in the main interpreter, which is then as pristine for each call as any.
//
// A handler that takes a second positional parameter (one without a default, or one named `context`) is given a
// context: context.invocation_id, and context.get_remaining_time_in_millis().
class PythonEngine : public Engine {
 public:
  // `process` outlives the engine. The function is loaded into one of the guests; `standing_main` may be none, and
  // under `fresh` is never used.
  PythonEngine(const PythonProcess& process, Isolation isolation, StandingGuest standing,
               StandingGuest standing_main = {});

  // Refuses a function that wants the main interpreter where there is no guest for it.
  LoadReply Load(const LoadRequest& function, LogBuffer& logs) override;
  RunReply Run(const RunRequest& call, LogBuffer& logs) override;
  bool Prepare() override;
  void BeforeCheckpoint() override;
  void AfterCheckpoint() override;

 private:
  // Loads the function into the standing guest, and warms it up.
  LoadReply LoadStanding(LogBuffer* logs);
  LoadReply WarmUp();

  const PythonProcess& process_;
  const Isolation isolation_;
  std::string handler_;
  std::vector<std::string> warmup_events_;
  std::optional<ProcessState> process_state_;  // under `fresh`
  StandingGuest standing_;                     // the function's
  StandingGuest standing_main_;                // the one that is not used
};

// Called in the process that will use the guest, or in one that it is forked from. Leaves its interpreter attached; a
// sub-interpreter is made with the main one attached.
StandingGuest MakeStandingGuest(const PythonProcess& process,
                                PythonInterpreter interpreter = PythonInterpreter::kIsolated);

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_PYTHON_PYTHON_ENGINE_H_
