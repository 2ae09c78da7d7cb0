#include "controlplane/function_rows.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/reason.h"
#include "base/utf8.h"

namespace mayfly::controlplane {
namespace {

// How much of the content's hash an etag shows.
constexpr size_t kEtagHashBytes = 16;

// How much of a row's key an error repeats: a whole name, if it is one.
constexpr size_t kShownBytesMax = 288;

void SetTimestamp(absl::Time time, google::protobuf::Timestamp& timestamp) {
  const int64_t micros = absl::ToUnixMicros(time);
  timestamp.set_seconds(micros / 1'000'000);
  timestamp.set_nanos(static_cast<int32_t>(micros % 1'000'000 * 1000));
}

absl::Status Damaged(const FunctionKey& key, std::string_view what) {
  return MakeError(absl::StatusCode::kInternal, reason::kStorageFailed,
                   absl::StrCat("the store is damaged: revision ", key.revision, " of ",
                                EscapedPrefix(key.name.ToString(), kShownBytesMax), " ", what,
                                "; deploy the function again, or restore the store from a backup"));
}

// Whether the key can be a function's.
bool IsValid(const FunctionKey& key) {
  return IsValidId(key.name.namespace_id) && IsValidId(key.name.function_id) && key.revision >= 1;
}

bool IsOf(const v1::Function& function, const FunctionKey& key) {
  return function.name() == key.name.ToString() && function.id() == key.name.function_id &&
         function.revision() == key.revision;
}

}  // namespace

v1::Function MakeSummary(const PutRequest& request, int32_t revision, absl::Time create_time, absl::Time update_time) {
  const v1::Manifest& manifest = request.manifest;
  v1::Function function;
  function.set_name(request.name.ToString());
  function.set_id(request.name.function_id);
  function.set_language_id(manifest.language_id());
  function.set_function_name(manifest.function_name());
  function.set_js_eval_as_module(manifest.js_eval_as_module());
  for (const auto& [name, dependency] : manifest.dependencies()) function.add_dependencies(name);
  std::sort(function.mutable_dependencies()->begin(), function.mutable_dependencies()->end());
  function.set_revision(revision);
  function.set_content_sha256(request.content_sha256);
  function.set_etag(absl::StrCat(revision, "-", request.content_sha256.substr(0, kEtagHashBytes)));
  SetTimestamp(create_time, *function.mutable_create_time());
  SetTimestamp(update_time, *function.mutable_update_time());
  function.set_timeout_millis(manifest.timeout_millis());
  function.set_memory_limit_mib(manifest.memory_limit_mib());
  return function;
}

absl::StatusOr<v1::Function> ParseFunctionRow(const FunctionKey& key, std::string_view summary,
                                              std::string_view manifest) {
  v1::Function function;
  if (!IsValid(key)) return Damaged(key, "has a key that no function has");
  if (!function.ParseFromArray(summary.data(), static_cast<int>(summary.size()))) {
    return Damaged(key, "cannot be read");
  }
  if (!IsOf(function, key)) return Damaged(key, "is another function's");
  // A list takes summaries for small.
  if (function.has_manifest()) return Damaged(key, "has its manifest in the wrong place");
  if (!manifest.empty() &&
      !function.mutable_manifest()->ParseFromArray(manifest.data(), static_cast<int>(manifest.size()))) {
    return Damaged(key, "has a manifest that cannot be read");
  }
  return function;
}

}  // namespace mayfly::controlplane
