#include "runtime/python/python_engine.h"

#include <Python.h>

#include <utility>

#include "runtime/python/source_modules.h"

namespace mayfly::runtime {

StandingGuest MakeStandingGuest(const PythonProcess& process) {
  StandingGuest standing{.host = std::make_unique<HostContext>(process.library()), .guest = nullptr};
  standing.guest = Guest::Create(process, *standing.host);
  return standing;
}

PythonEngine::PythonEngine(const PythonProcess& process, Isolation isolation, StandingGuest standing)
    : process_(process), isolation_(isolation), standing_(std::move(standing)) {}

LoadReply PythonEngine::Load(const LoadRequest& function, LogBuffer& logs) {
  handler_ = function.handler;
  standing_.host->modules = SourceModules(function, process_.library().names());
  if (isolation_ == Isolation::kFresh) process_state_.emplace();
  if (standing_.guest == nullptr) {
    return LoadReply{.outcome = Outcome::kMemoryLimit,
                     .error = {.type = "MemoryError", .message = "the memory limit is too small for an interpreter"}};
  }
  standing_.host->output.Redirect(&logs);
  LoadReply reply = standing_.guest->Load(handler_);
  standing_.host->output.Redirect(nullptr);
  return reply;
}

RunReply PythonEngine::Run(const RunRequest& call, LogBuffer& logs) {
  standing_.host->output.Redirect(&logs);
  RunReply reply = standing_.guest->Call(call);
  standing_.host->output.Redirect(nullptr);
  return reply;
}

bool PythonEngine::Prepare() {
  standing_.guest.reset();
  process_state_->Restore();
  standing_.guest = Guest::Create(process_, *standing_.host);
  return standing_.guest != nullptr && standing_.guest->Load(handler_).outcome == Outcome::kReturned;
}

void PythonEngine::BeforeCheckpoint() {
  PyGC_Collect();
  process_.arenas().Settle();
}

void PythonEngine::AfterCheckpoint() {}

}  // namespace mayfly::runtime
