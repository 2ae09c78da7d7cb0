#include "gateway/router.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/reason.h"
#include "gateway/percent.h"

namespace mayfly::gateway {
namespace {

Router::Segments Split(std::string_view path) {
  Router::Segments segments;
  while (true) {
    const size_t slash = path.find('/');
    segments.push_back(path.substr(0, slash));
    if (slash == path.npos) return segments;
    path.remove_prefix(slash + 1);
  }
}

absl::Status BadPath(std::string_view path) {
  return MakeError(
      absl::StatusCode::kInvalidArgument, reason::kRequestInvalid,
      absl::StrCat("the path '", path, "' has an escape that is no '%' and two hex digits, or is not UTF-8"));
}

std::vector<std::string> Sorted(std::vector<std::string> methods) {
  std::sort(methods.begin(), methods.end());
  methods.erase(std::unique(methods.begin(), methods.end()), methods.end());
  return methods;
}

// The text of a variable; nullopt for a bad escape.
std::optional<std::string> ValueOf(const PathTemplate::Variable& variable, const PathTemplate& path,
                                   absl::Span<const std::string_view> segments) {
  const bool to_end = path.segments[variable.end - 1].kind == PathTemplate::Kind::kDoubleStar;
  const size_t end = to_end ? segments.size() : variable.end;
  std::string value;
  for (size_t i = variable.begin; i < end; ++i) {
    const auto part =
        PercentDecode(segments[i], variable.several_segments ? EscapedSlash::kKeep : EscapedSlash::kDecode);
    if (!part.has_value()) return std::nullopt;
    absl::StrAppend(&value, i > variable.begin ? "/" : "", *part);
  }
  return value;
}

}  // namespace

struct Router::Node {
  struct Leaf {
    std::string verb;
    const Route* route;
  };

  absl::flat_hash_map<std::string, std::unique_ptr<Node>> literals;
  std::unique_ptr<Node> star;
  std::unique_ptr<Node> double_star;
  std::vector<Leaf> leaves;
};

// One look-up: what is sought, and what has been found.
struct Router::Search {
  std::string_view method;
  absl::Span<const std::string_view> segments;
  std::string_view verb;
  const Route* route = nullptr;
  std::vector<std::string> allowed;
};

Router::Router() : root_(std::make_unique<Node>()) {}
Router::~Router() = default;

absl::Status Router::Add(std::unique_ptr<Route> route) {
  Node* node = root_.get();
  for (const PathTemplate::Segment& segment : route->path.segments) {
    std::unique_ptr<Node>& next = segment.kind == PathTemplate::Kind::kLiteral ? node->literals[segment.literal]
                                  : segment.kind == PathTemplate::Kind::kStar  ? node->star
                                                                               : node->double_star;
    if (next == nullptr) next = std::make_unique<Node>();
    node = next.get();
  }
  for (const Node::Leaf& leaf : node->leaves) {
    if (leaf.verb == route->path.verb && leaf.route->http_method == route->http_method) {
      return absl::InvalidArgumentError(absl::StrCat(route->http_method, " has two routes of one path"));
    }
  }
  node->leaves.push_back({route->path.verb, route.get()});
  routes_.push_back(std::move(route));
  return absl::OkStatus();
}

void Router::Visit(const Node& node, Search& search) {
  for (const Node::Leaf& leaf : node.leaves) {
    if (leaf.verb != search.verb) continue;
    if (leaf.route->http_method == search.method) {
      search.route = leaf.route;
      return;
    }
    search.allowed.push_back(leaf.route->http_method);
  }
}

// Tries the children in their order of precedence. Each template's depth bounds the recursion, whatever the path.
void Router::Walk(const Node& node, size_t depth, Search& search) {
  if (depth == search.segments.size()) {
    Visit(node, search);
  } else {
    const std::string_view segment = search.segments[depth];
    const auto literal = node.literals.find(PercentDecode(segment).value_or(std::string(segment)));
    if (literal != node.literals.end()) Walk(*literal->second, depth + 1, search);
    if (search.route == nullptr && node.star != nullptr && !segment.empty()) Walk(*node.star, depth + 1, search);
  }
  if (search.route == nullptr && node.double_star != nullptr) Visit(*node.double_star, search);
}

// The verb is what follows the last colon; with no route for it, the colon is part of the segment.
void Router::FindRoute(Segments& segments, Search& search) const {
  const std::string_view last = segments.back();
  const size_t colon = last.rfind(':');
  if (colon != last.npos) {
    segments.back() = last.substr(0, colon);
    search.verb = last.substr(colon + 1);
    Walk(*root_, 0, search);
    if (search.route != nullptr) return;
    segments.back() = last;
    search.verb = {};
  }
  Walk(*root_, 0, search);
}

absl::StatusOr<Router::Match> Router::Find(std::string_view method, std::string_view path) const {
  if (!path.starts_with('/')) return Match{};
  Segments segments = Split(path.substr(1));
  Search search{.method = method, .segments = segments, .verb = {}};
  FindRoute(segments, search);
  Match match{.route = search.route};
  if (match.route == nullptr) {
    match.allowed = Sorted(std::move(search.allowed));
    return match;
  }
  for (const PathTemplate::Variable& variable : match.route->path.variables) {
    auto value = ValueOf(variable, match.route->path, segments);
    if (!value.has_value()) return BadPath(path);
    match.values.push_back(*std::move(value));
  }
  return match;
}

}  // namespace mayfly::gateway
