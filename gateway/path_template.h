// The path templates of google.api.http: "/v1/{name=namespaces/*/functions/*}:invoke".
#ifndef MAYFLY_GATEWAY_PATH_TEMPLATE_H_
#define MAYFLY_GATEWAY_PATH_TEMPLATE_H_

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace mayfly::gateway {

struct PathTemplate {
  enum class Kind {
    kLiteral,
    kStar,        // one segment that is not empty
    kDoubleStar,  // any number of segments; the last one only
  };

  struct Segment {
    Kind kind;
    std::string literal;
  };

  struct Variable {
    std::string field_path;  // "manifest.id"
    size_t begin;            // its first segment
    size_t end;              // behind its last; with a kDoubleStar it goes on to the path's end
    // Whether it may hold a slash of its own: then an escaped one stays escaped.
    bool several_segments;
  };

  std::vector<Segment> segments;
  std::vector<Variable> variables;
  std::string verb;  // "invoke"; may be empty

  // Errors: INVALID_ARGUMENT, quoting the template.
  static absl::StatusOr<PathTemplate> Parse(std::string_view text);
};

}  // namespace mayfly::gateway

#endif  // MAYFLY_GATEWAY_PATH_TEMPLATE_H_
