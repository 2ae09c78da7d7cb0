#include "runtime/js/v8_engine.h"

#include <string>
#include <utility>
#include <vector>

namespace mayfly::runtime::js {

V8Engine::V8Engine(std::unique_ptr<GuestIsolate> isolate) : isolate_(std::move(isolate)) {}

LoadReply V8Engine::Load(const LoadRequest& function, LogBuffer& logs) {
  request_ = function;
  code_.emplace(isolate_->isolate(), request_);
  function_.emplace(*isolate_, *code_, std::vector<std::string>());
  return function_->Load(&logs);
}

RunReply V8Engine::Run(const RunRequest& call, LogBuffer& logs) { return function_->Run(call, logs); }

// Collecting takes milliseconds and dirties what the zygote's image would share, so it must be worth it. What V8 has
// posted stays: it may be the guest's.
void V8Engine::BeforeCheckpoint() {
  function_->Compile();
  isolate_->memory().CollectForCheckpoint();
  isolate_->process().pages().Settle();
}

// Each call draws its random numbers from the kernel already.
void V8Engine::AfterCheckpoint() {}

bool V8Engine::Prepare() {
  const std::vector<std::string> used = function_->used();
  function_.reset();
  isolate_->Recover();
  function_.emplace(*isolate_, *code_, used);
  return function_->Load(nullptr).outcome == Outcome::kReturned;
}

}  // namespace mayfly::runtime::js
