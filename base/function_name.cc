#include "base/function_name.h"

#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/reason.h"
#include "base/utf8.h"

namespace mayfly {
namespace {

// How much of a bad name an error repeats.
constexpr size_t kShownBytesMax = 160;

absl::Status NameError(std::string_view name, std::string_view expected) {
  return MakeError(absl::StatusCode::kInvalidArgument, reason::kNameInvalid,
                   absl::StrCat("'", EscapedPrefix(name, kShownBytesMax), "' is not ", expected,
                                "; an id is a letter or digit, then up to 127 letters, digits, '.', '_' or '-'"));
}

}  // namespace

std::string FunctionName::ToString() const {
  return absl::StrCat("namespaces/", namespace_id, "/functions/", function_id);
}

bool IsValidId(std::string_view id) {
  if (id.empty() || id.size() > kFunctionIdBytesMax || !absl::ascii_isalnum(id[0])) return false;
  for (const char c : id) {
    if (!absl::ascii_isalnum(c) && c != '.' && c != '_' && c != '-') return false;
  }
  return true;
}

absl::StatusOr<FunctionName> ParseFunctionName(std::string_view name) {
  if (IsValidId(name)) return FunctionName{kDefaultNamespace, std::string(name)};
  const std::vector<std::string_view> parts = absl::StrSplit(name, '/');
  if (parts.size() != 4 || parts[0] != "namespaces" || !IsValidId(parts[1]) || parts[2] != "functions" ||
      !IsValidId(parts[3])) {
    return NameError(name, "a function's name: an id, or namespaces/{namespace}/functions/{id}");
  }
  return FunctionName{std::string(parts[1]), std::string(parts[3])};
}

absl::StatusOr<std::string> ParseParent(std::string_view parent) {
  if (parent.empty()) return std::string(kDefaultNamespace);
  const std::vector<std::string_view> parts = absl::StrSplit(parent, '/');
  if (parts.size() != 2 || parts[0] != "namespaces" || !IsValidId(parts[1])) {
    return NameError(parent, "a parent: namespaces/{namespace}");
  }
  return std::string(parts[1]);
}

}  // namespace mayfly
