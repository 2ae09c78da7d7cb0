#include "runtime/python/python_engine.h"

#include <Python.h>

namespace mayfly::runtime {

LoadReply PythonEngine::Load(const LoadRequest& function, LogBuffer& logs) {
  handler_ = function.handler;
  modules_.emplace(function, process_.library().names());
  host_.emplace(HostContext{.library = process_.library(), .modules = *modules_, .output = output_});
  process_state_.emplace();
  guest_ = Guest::Create(process_, *host_);
  if (guest_ == nullptr) {
    return LoadReply{.outcome = Outcome::kMemoryLimit,
                     .error = {.type = "MemoryError", .message = "the memory limit is too small for an interpreter"}};
  }
  output_.Redirect(&logs);
  LoadReply reply = guest_->Load(handler_);
  output_.Redirect(nullptr);
  return reply;
}

RunReply PythonEngine::Run(const RunRequest& call, LogBuffer& logs) {
  output_.Redirect(&logs);
  RunReply reply = guest_->Call(call);
  output_.Redirect(nullptr);
  return reply;
}

void PythonEngine::BeforeCheckpoint() { PyGC_Collect(); }

void PythonEngine::AfterCheckpoint() {}

bool PythonEngine::Prepare() {
  guest_.reset();
  process_state_->Restore();
  guest_ = Guest::Create(process_, *host_);
  return guest_ != nullptr && guest_->Load(handler_).outcome == Outcome::kReturned;
}

}  // namespace mayfly::runtime
