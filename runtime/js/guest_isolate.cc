#include "runtime/js/guest_isolate.h"

#include <utility>

#include "runtime/js/modules.h"
#include "runtime/js/prelude_natives.h"

namespace mayfly::runtime::js {

GuestIsolate::GuestIsolate(V8Process& process, std::string_view snapshot)
    : process_(process),
      snapshot_{.data = snapshot.data(), .raw_size = static_cast<int>(snapshot.size())},
      isolate_(v8::Isolate::Allocate()) {
  v8::Isolate::CreateParams parameters;
  parameters.snapshot_blob = &snapshot_;
  parameters.external_references = ExternalReferences();
  parameters.array_buffer_allocator = memory_.allocator();
  parameters.allow_atomics_wait = false;
  memory_.Configure(parameters.constraints);
  v8::Isolate::Initialize(isolate_, parameters);
  isolate_->Enter();
  isolate_->SetMicrotasksPolicy(v8::MicrotasksPolicy::kExplicit);
  abandoned_ = v8::MicrotaskQueue::New(isolate_, v8::MicrotasksPolicy::kExplicit);
  memory_.Watch(isolate_);
  Realm::Watch(isolate_);
  Modules::Watch(isolate_);
}

GuestIsolate::~GuestIsolate() {
  ready_realm_.reset();
  abandoned_.reset();
  isolate_->Exit();
  process_.ForgetIsolate(isolate_);
  isolate_->Dispose();
}

void GuestIsolate::MakeRealmReady() { ready_realm_ = std::make_unique<Realm>(process_, isolate_, *abandoned_); }

std::unique_ptr<Realm> GuestIsolate::TakeRealm() {
  if (ready_realm_ == nullptr) MakeRealmReady();
  ready_realm_->BeginClock();
  return std::move(ready_realm_);
}

void GuestIsolate::Recover() {
  if (isolate_->IsExecutionTerminating()) isolate_->CancelTerminateExecution();
  memory_.CollectGarbage();
  memory_.Reset();
}

}  // namespace mayfly::runtime::js
