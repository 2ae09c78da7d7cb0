// Path templates, and a path looked up among them. Each line up to an empty one is a template; behind it comes the
// path.
#include "gateway/router.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/log/check.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/error.h"
#include "base/reason.h"
#include "base/utf8.h"
#include "gateway/percent.h"

namespace mayfly::gateway {
namespace {

using Kind = PathTemplate::Kind;

constexpr size_t kTemplatesMax = 16;

std::string SegmentText(const PathTemplate::Segment& segment) {
  switch (segment.kind) {
    case Kind::kLiteral:
      return segment.literal;
    case Kind::kStar:
      return "*";
    case Kind::kDoubleStar:
      return "**";
  }
  return "";
}

// The template's longest spelling: each variable with its segments.
std::string Print(const PathTemplate& path) {
  std::string text;
  size_t variable = 0;
  for (size_t i = 0; i < path.segments.size(); ++i) {
    const bool in_variable = variable < path.variables.size() && path.variables[variable].begin <= i;
    const bool begins = in_variable && path.variables[variable].begin == i;
    absl::StrAppend(&text, "/", begins ? absl::StrCat("{", path.variables[variable].field_path, "=") : "",
                    SegmentText(path.segments[i]));
    if (!in_variable || path.variables[variable].end != i + 1) continue;
    text += '}';
    ++variable;
  }
  return path.verb.empty() ? text : absl::StrCat(text, ":", path.verb);
}

void CheckTemplate(const PathTemplate& path) {
  const std::string text = Print(path);
  const auto again = PathTemplate::Parse(text);
  CHECK_OK(again) << text;
  CHECK_EQ(Print(*again), text);
  CHECK_EQ(again->variables.size(), path.variables.size());
  for (size_t i = 0; i < path.variables.size(); ++i) {
    CHECK_EQ(again->variables[i].several_segments, path.variables[i].several_segments) << text;
  }
}

// A path, cut by the definition: its segments, and a verb or none.
struct Cut {
  std::vector<std::string_view> segments;
  std::string_view verb;
};

// With a verb first, as it is looked up.
std::vector<Cut> CutsOf(std::string_view path) {
  std::vector<Cut> cuts;
  const Cut whole{absl::StrSplit(path.substr(1), '/'), {}};
  const size_t colon = whole.segments.back().rfind(':');
  if (colon != std::string_view::npos) {
    cuts.push_back(whole);
    cuts.back().verb = cuts.back().segments.back().substr(colon + 1);
    cuts.back().segments.back() = cuts.back().segments.back().substr(0, colon);
  }
  cuts.push_back(whole);
  return cuts;
}

bool Matches(const PathTemplate::Segment& segment, std::string_view text) {
  if (segment.kind != Kind::kLiteral) return !text.empty();
  return PercentDecode(text).value_or(std::string(text)) == segment.literal;
}

bool Matches(const PathTemplate& path, const Cut& cut) {
  const bool open = path.segments.back().kind == Kind::kDoubleStar;
  const size_t fixed = path.segments.size() - (open ? 1 : 0);
  if (path.verb != cut.verb || (open ? cut.segments.size() < fixed : cut.segments.size() != fixed)) return false;
  return std::equal(path.segments.begin(), path.segments.begin() + static_cast<ptrdiff_t>(fixed), cut.segments.begin(),
                    [](const auto& segment, std::string_view text) { return Matches(segment, text); });
}

// Literals before '*', '*' before '**', from the first segment on.
bool Precedes(const Route* a, const Route* b) {
  const auto kind = [](const PathTemplate::Segment& x, const PathTemplate::Segment& y) { return x.kind < y.kind; };
  return std::lexicographical_compare(a->path.segments.begin(), a->path.segments.end(), b->path.segments.begin(),
                                      b->path.segments.end(), kind);
}

// What Router::Find should find, by trying each route.
Router::Match Expected(const std::vector<const Route*>& routes, std::string_view path) {
  Router::Match match;
  if (!path.starts_with('/')) return match;
  for (const Cut& cut : CutsOf(path)) {
    for (const Route* route : routes) {
      if (!Matches(route->path, cut)) continue;
      if (route->http_method != "GET") {
        match.allowed.push_back(route->http_method);
      } else if (match.route == nullptr || Precedes(route, match.route)) {
        match.route = route;
      }
    }
    if (match.route != nullptr) return {.route = match.route, .values = {}, .allowed = {}};
  }
  match.allowed.resize(std::min<size_t>(match.allowed.size(), 1));
  return match;
}

void CheckValues(const Router::Match& match) {
  const PathTemplate& path = match.route->path;
  CHECK_EQ(match.values.size(), path.variables.size());
  for (size_t i = 0; i < match.values.size(); ++i) {
    const PathTemplate::Variable& variable = path.variables[i];
    CHECK(IsUtf8(match.values[i]));
    if (!variable.several_segments || path.segments[variable.end - 1].kind == Kind::kDoubleStar) continue;
    CHECK_EQ(static_cast<size_t>(std::count(match.values[i].begin(), match.values[i].end(), '/')),
             variable.end - variable.begin - 1);
  }
}

void CheckLookUp(const Router& router, const std::vector<const Route*>& routes, std::string_view path) {
  const Router::Match expected = Expected(routes, path);
  const auto match = router.Find("GET", path);
  if (!match.ok()) {
    CHECK_EQ(ErrorReason(match.status()), reason::kRequestInvalid);
    CHECK(expected.route != nullptr && (absl::StrContains(path, '%') || !IsUtf8(path))) << path;
    return;
  }
  CHECK_EQ(match->route, expected.route) << path;
  if (match->route == nullptr) {
    CHECK(match->allowed == expected.allowed) << path;
  } else {
    CheckValues(*match);
  }
}

// A path's text, decoded, escaped whole and decoded again.
void CheckPercent(std::string_view text) {
  const auto decoded = PercentDecode(text);
  const auto kept = PercentDecode(text, EscapedSlash::kKeep);
  CHECK_EQ(decoded.has_value(), kept.has_value());
  if (!decoded.has_value()) return;
  CHECK(IsUtf8(*decoded) && decoded->size() <= text.size());
  CHECK_EQ(std::count(kept->begin(), kept->end(), '/'), std::count(text.begin(), text.end(), '/'));
  std::string escaped;
  for (const char c : *decoded) absl::StrAppend(&escaped, "%", absl::Hex(static_cast<uint8_t>(c), absl::kZeroPad2));
  CHECK(PercentDecode(escaped) == decoded);
}

}  // namespace
}  // namespace mayfly::gateway

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace mayfly::gateway;
  std::string_view text(reinterpret_cast<const char*>(data), size);
  Router router;
  std::vector<const Route*> routes;
  while (!text.empty()) {
    const std::pair<std::string_view, std::string_view> line = absl::StrSplit(text, absl::MaxSplits('\n', 1));
    text = line.second;
    if (line.first.empty()) break;
    auto path = PathTemplate::Parse(line.first);
    if (!path.ok() || routes.size() == kTemplatesMax) continue;
    CheckTemplate(*path);
    auto route = std::make_unique<Route>();
    route->http_method = routes.size() % 4 == 3 ? "POST" : "GET";
    route->path = *std::move(path);
    const Route* added = route.get();
    if (router.Add(std::move(route)).ok()) routes.push_back(added);
  }
  CheckPercent(text);
  CheckLookUp(router, routes, text);
  return 0;
}
