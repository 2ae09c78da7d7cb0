#include "gateway/path_template.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace mayfly::gateway {
namespace {

// Template = "/" Segments [":" Verb]; Segments = Segment {"/" Segment}; Segment = "*" | "**" | literal | "{" path ["="
// Segments] "}".
class Parser {
 public:
  explicit Parser(std::string_view text) : text_(text), rest_(text) {}

  absl::StatusOr<PathTemplate> Parse() {
    if (!Take('/') || !ParseSegments()) return Error();
    if (Take(':')) result_.verb = std::exchange(rest_, {});
    if (!rest_.empty() || !DoubleStarIsLast()) return Error();
    return std::move(result_);
  }

 private:
  absl::Status Error() const {
    return absl::InvalidArgumentError(absl::StrCat("'", text_, "' is not a path template, at '", rest_, "'"));
  }

  bool Take(char c) {
    if (!rest_.starts_with(c)) return false;
    rest_.remove_prefix(1);
    return true;
  }

  bool ParseSegments() {
    do {
      if (!ParseSegment()) return false;
    } while (Take('/'));
    return true;
  }

  bool ParseSegment() {
    if (Take('{')) return ParseVariable();
    if (Take('*')) {
      result_.segments.push_back({Take('*') ? PathTemplate::Kind::kDoubleStar : PathTemplate::Kind::kStar, ""});
      return true;
    }
    const std::string_view literal = TakeUntil("/:{}*=");
    result_.segments.push_back({PathTemplate::Kind::kLiteral, std::string(literal)});
    return !literal.empty();
  }

  bool ParseVariable() {
    if (in_variable_) return false;
    in_variable_ = true;
    PathTemplate::Variable variable{.field_path = std::string(TakeUntil("/:{}*=")),
                                    .begin = result_.segments.size(),
                                    .end = 0,
                                    .several_segments = false};
    if (!Take('=')) {
      result_.segments.push_back({PathTemplate::Kind::kStar, ""});
    } else if (!ParseSegments()) {
      return false;
    }
    in_variable_ = false;
    variable.end = result_.segments.size();
    variable.several_segments =
        variable.end - variable.begin > 1 || result_.segments.back().kind == PathTemplate::Kind::kDoubleStar;
    const bool named = !variable.field_path.empty();
    result_.variables.push_back(std::move(variable));
    return Take('}') && named;
  }

  std::string_view TakeUntil(std::string_view stops) {
    const size_t end = std::min(rest_.find_first_of(stops), rest_.size());
    const std::string_view taken = rest_.substr(0, end);
    rest_.remove_prefix(end);
    return taken;
  }

  bool DoubleStarIsLast() const {
    for (size_t i = 0; i + 1 < result_.segments.size(); ++i) {
      if (result_.segments[i].kind == PathTemplate::Kind::kDoubleStar) return false;
    }
    return true;
  }

  const std::string_view text_;
  std::string_view rest_;
  bool in_variable_ = false;
  PathTemplate result_;
};

}  // namespace

absl::StatusOr<PathTemplate> PathTemplate::Parse(std::string_view text) { return Parser(text).Parse(); }

}  // namespace mayfly::gateway
