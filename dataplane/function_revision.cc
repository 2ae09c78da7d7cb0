#include "dataplane/function_revision.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/reason.h"
#include "mayfly/v1/function.pb.h"

namespace mayfly::dataplane {
namespace {

// Names the file of source that came without an id.
constexpr char kNamelessId[] = "function";

std::string_view FileEnding(runtime::Language language) {
  return language == runtime::Language::kPython ? ".py" : ".js";
}

// Moves the manifest's contents into a load request.
runtime::LoadRequest MakeLoadRequest(v1::Manifest& manifest) {
  runtime::LoadRequest load;
  load.function_id = manifest.id().empty() ? kNamelessId : manifest.id();
  load.handler = manifest.function_name();
  load.kind = manifest.js_eval_as_module() ? runtime::SourceKind::kJsModule : runtime::SourceKind::kScript;
  load.source = std::move(*manifest.mutable_source());
  load.memory_limit_bytes = int64_t{manifest.memory_limit_mib()} * static_cast<int64_t>(kMiB);
  load.python_interpreter = manifest.python_interpreter() == "main" ? runtime::PythonInterpreter::kMain
                                                                    : runtime::PythonInterpreter::kIsolated;
  for (std::string& event : *manifest.mutable_warmup_events()) load.warmup_events.push_back(std::move(event));
  load.dependencies.reserve(static_cast<size_t>(manifest.dependencies_size()));
  for (auto& [name, dependency] : *manifest.mutable_dependencies()) {
    load.dependencies.push_back({.name = name, .source = std::move(*dependency.mutable_source())});
  }
  std::ranges::sort(load.dependencies, {}, &runtime::Module::name);
  return load;
}

std::shared_ptr<FunctionRevision> FromManifest(v1::Manifest manifest) {
  auto revision = std::make_shared<FunctionRevision>();
  revision->language = manifest.language_id() == "python" ? runtime::Language::kPython : runtime::Language::kJs;
  revision->timeout = absl::Milliseconds(manifest.timeout_millis());
  revision->load = MakeLoadRequest(manifest);
  return revision;
}

absl::Status NotAFunction(const v1::Function& function, std::string_view problem) {
  return MakeError(absl::StatusCode::kInternal, reason::kInternal,
                   absl::StrCat("The control plane told of '", function.name(), "', which ", problem, "."));
}

}  // namespace

std::string FunctionRevision::Title() const {
  return stored() ? absl::StrCat("'", key.name.function_id, "'") : "the source";
}

std::string_view FunctionRevision::FindSource(std::string_view file) const {
  if (!absl::ConsumeSuffix(&file, FileEnding(language))) return {};
  if (file == load.function_id) return load.source;
  const auto found = std::ranges::lower_bound(load.dependencies, file, {}, &runtime::Module::name);
  if (found == load.dependencies.end() || found->name != file) return {};
  return found->source;
}

absl::StatusOr<std::shared_ptr<const FunctionRevision>> MakeFunctionRevision(const v1::Function& function) {
  absl::StatusOr<FunctionName> name = ParseFunctionName(function.name());
  if (!name.ok() || function.revision() < 1) return NotAFunction(function, "has no valid name and revision");
  const v1::Manifest& manifest = function.manifest();
  if (manifest.language_id() != "js" && manifest.language_id() != "python") {
    return NotAFunction(function, "is in a language this data plane does not run");
  }
  if (manifest.function_name().empty() || manifest.timeout_millis() < 1 || manifest.memory_limit_mib() < 1) {
    return NotAFunction(function, "has a manifest without its defaults");
  }
  std::shared_ptr<FunctionRevision> revision = FromManifest(manifest);
  revision->load.function_id = name->function_id;
  revision->key = {.name = *std::move(name), .revision = function.revision()};
  revision->content_sha256 = function.content_sha256();
  return revision;
}

std::shared_ptr<const FunctionRevision> MakeThrowAwayRevision(v1::Manifest manifest) {
  return FromManifest(std::move(manifest));
}

}  // namespace mayfly::dataplane
