#include "runtime/js/startup_snapshot.h"

#include <v8.h>

#include <memory>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "runtime/js/guest_error.h"
#include "runtime/js/page_allocator.h"
#include "runtime/js/prelude_call.h"
#include "runtime/js/prelude_natives.h"
#include "runtime/js/realm.h"
#include "runtime/js/v8_strings.h"

namespace mayfly::runtime::js {
namespace {

v8::MaybeLocal<v8::UnboundScript> Compile(v8::Isolate* isolate, std::string_view prelude) {
  const v8::ScriptOrigin origin(ToV8(isolate, absl::StrCat(kOwnFilePrefix, "prelude")));
  v8::ScriptCompiler::Source source(ToV8(isolate, prelude), origin);
  return v8::ScriptCompiler::CompileUnboundScript(isolate, &source);
}

// Runs the prelude in the current context.
bool Run(v8::Local<v8::Context> context, v8::Local<v8::UnboundScript> script) {
  context->SetAlignedPointerInEmbedderData(Realm::kRealmSlot, nullptr);
  v8::Local<v8::Value> prelude;
  if (!script->BindToCurrentContext()->Run(context).ToLocal(&prelude)) return false;
  v8::Local<v8::Value> natives = MakePreludeNatives(context);
  return !prelude.As<v8::Function>()->Call(context, v8::Undefined(context->GetIsolate()), 1, &natives).IsEmpty();
}

// Loads and uses everything lazy.
bool WarmUp(v8::Local<v8::Context> context) {
  return !CallPrelude(context, "warmUp", v8::Undefined(context->GetIsolate())).IsEmpty();
}

absl::Status Failed(v8::Isolate* isolate, const v8::TryCatch& caught) {
  const v8::Local<v8::Context> context = v8::Context::New(isolate);
  return absl::InternalError(absl::StrCat("the prelude does not run: ", ToUtf8(isolate, caught.Message()->Get()), " ",
                                          DescribeException(context, caught).stack));
}

absl::Status Fill(v8::SnapshotCreator& creator, std::string_view prelude) {
  v8::Isolate* const isolate = creator.GetIsolate();
  const v8::HandleScope handles(isolate);
  const v8::TryCatch caught(isolate);
  v8::Local<v8::UnboundScript> script;
  const v8::Local<v8::Context> scratch = v8::Context::New(isolate);
  {
    const v8::Context::Scope scope(scratch);
    if (!Compile(isolate, prelude).ToLocal(&script) || !Run(scratch, script) || !WarmUp(scratch)) {
      return Failed(isolate, caught);
    }
  }
  const v8::Local<v8::Context> context = v8::Context::New(isolate);
  {
    const v8::Context::Scope scope(context);
    if (!Run(context, script)) return Failed(isolate, caught);
  }
  creator.SetDefaultContext(v8::Context::New(isolate));
  creator.AddContext(context);
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::string> MakeStartupSnapshot(V8Process& process, std::string_view prelude) {
  const std::unique_ptr<v8::ArrayBuffer::Allocator> buffers(v8::ArrayBuffer::Allocator::NewDefaultAllocator());
  v8::Isolate::CreateParams parameters;
  parameters.array_buffer_allocator = buffers.get();
  parameters.external_references = ExternalReferences();
  parameters.constraints.set_code_range_size_in_bytes(kCodeRangeBytes);
  v8::SnapshotCreator creator(parameters);
  const absl::Status filled = Fill(creator, prelude);
  if (!filled.ok()) {
    // A creator that has no default context may not be destroyed without a blob.
    return filled;
  }
  const v8::StartupData blob = creator.CreateBlob(v8::SnapshotCreator::FunctionCodeHandling::kKeep);
  const std::unique_ptr<const char[]> owned(blob.data);
  if (blob.data == nullptr) return absl::InternalError("V8 made no snapshot");
  return std::string(blob.data, static_cast<size_t>(blob.raw_size));
}

}  // namespace mayfly::runtime::js
