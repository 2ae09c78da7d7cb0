#include "runtime/js/v8_engine.h"

namespace mayfly::runtime::js {

V8Engine::V8Engine(V8Process& process, std::string_view snapshot, int64_t memory_limit_bytes)
    : isolate_(process, snapshot, memory_limit_bytes) {}

LoadReply V8Engine::Load(const LoadRequest& function, LogBuffer& logs) {
  request_ = function;
  code_.emplace(isolate_.isolate(), request_);
  function_.emplace(isolate_, *code_);
  return function_->Load(&logs);
}

RunReply V8Engine::Run(const RunRequest& call, LogBuffer& logs) { return function_->Run(call, logs); }

bool V8Engine::Prepare() {
  function_.reset();
  isolate_.Recover();
  function_.emplace(isolate_, *code_);
  return function_->Load(nullptr).outcome == Outcome::kReturned;
}

}  // namespace mayfly::runtime::js
