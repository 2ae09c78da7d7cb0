#include "controlplane/store_error.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/reason.h"
#include "base/utf8.h"

namespace mayfly::controlplane {
namespace {

constexpr size_t kEtagShownBytesMax = 64;

absl::Status Mismatch(const FunctionName& name, std::string_view now, std::string_view latest_etag,
                      std::string_view etag) {
  return MakeError(absl::StatusCode::kAborted, reason::kEtagMismatch,
                   absl::StrCat("function '", name.function_id, "' ", now, ", not '",
                                EscapedPrefix(etag, kEtagShownBytesMax), "'; get it again and decide anew"),
                   {{"name", name.ToString()}, {"etag", std::string(latest_etag)}});
}

}  // namespace

absl::Status FunctionNotFound(const FunctionName& name, std::string_view nearest) {
  return MakeError(
      absl::StatusCode::kNotFound, reason::kFunctionNotFound,
      absl::StrCat("no function '", name.function_id, "' in the namespace '", name.namespace_id, "'", nearest),
      {{"name", name.ToString()}});
}

absl::Status FunctionExists(const FunctionName& name, int32_t latest_revision) {
  return MakeError(absl::StatusCode::kAlreadyExists, reason::kFunctionExists,
                   absl::StrCat("function '", name.function_id, "' is there already, at revision ", latest_revision,
                                "; deploy or update it to make a new revision"),
                   {{"name", name.ToString()}});
}

absl::Status EtagMismatch(const FunctionName& name, int32_t latest_revision, std::string_view latest_etag,
                          std::string_view etag) {
  return Mismatch(name, absl::StrCat("is at revision ", latest_revision, " with the etag '", latest_etag, "'"),
                  latest_etag, etag);
}

absl::Status EtagOfGoneFunction(const FunctionName& name, std::string_view etag) {
  return Mismatch(name, "is gone", "", etag);
}

}  // namespace mayfly::controlplane
