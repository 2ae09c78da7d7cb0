#include "controlplane/page_token.h"

#include <limits>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/error.h"
#include "base/reason.h"

namespace mayfly::controlplane {
namespace {

constexpr char kFunctions[] = "functions";
constexpr char kRevisions[] = "revisions";

// No part holds a space.
std::string MakeToken(std::string_view list, std::string_view of, std::string_view place) {
  return absl::WebSafeBase64Escape(absl::StrCat(list, " ", of, " ", place));
}

absl::Status Invalid() {
  return MakeError(absl::StatusCode::kInvalidArgument, reason::kPageTokenInvalid,
                   "the page token was not given for this list; begin without one");
}

absl::StatusOr<std::string> PlaceOf(const std::string& token, std::string_view list, std::string_view of) {
  std::string text;
  if (!absl::WebSafeBase64Unescape(token, &text)) return Invalid();
  const std::vector<std::string> parts = absl::StrSplit(text, ' ');
  if (parts.size() != 3 || parts[0] != list || parts[1] != of) return Invalid();
  return parts[2];
}

}  // namespace

std::string MakeListToken(const std::string& namespace_id, const std::string& after_id) {
  return MakeToken(kFunctions, namespace_id, after_id);
}

absl::StatusOr<std::string> ParseListToken(const std::string& token, const std::string& namespace_id) {
  if (token.empty()) return "";
  absl::StatusOr<std::string> after_id = PlaceOf(token, kFunctions, namespace_id);
  if (after_id.ok() && !IsValidId(*after_id)) return Invalid();
  return after_id;
}

std::string MakeRevisionsToken(const FunctionName& name, int32_t before_revision) {
  return MakeToken(kRevisions, name.ToString(), absl::StrCat(before_revision));
}

absl::StatusOr<int32_t> ParseRevisionsToken(const std::string& token, const FunctionName& name) {
  if (token.empty()) return std::numeric_limits<int32_t>::max();
  const absl::StatusOr<std::string> place = PlaceOf(token, kRevisions, name.ToString());
  if (!place.ok()) return place.status();
  int32_t before_revision;
  if (!absl::SimpleAtoi(*place, &before_revision) || before_revision < 1) return Invalid();
  return before_revision;
}

}  // namespace mayfly::controlplane
