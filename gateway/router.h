// Finds the route of a method and a path.
#ifndef MAYFLY_GATEWAY_ROUTER_H_
#define MAYFLY_GATEWAY_ROUTER_H_

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/inlined_vector.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "gateway/route.h"

namespace mayfly::gateway {

// A trie over path segments. Filled once, then read by many threads.
class Router {
 public:
  Router();
  ~Router();

  // Errors: INVALID_ARGUMENT if another route has the same method and path.
  absl::Status Add(std::unique_ptr<Route> route);

  // A path's segments, still encoded.
  using Segments = absl::InlinedVector<std::string_view, 16>;

  struct Match {
    const Route* route = nullptr;  // nullptr: none
    // The values of route->path.variables, decoded.
    std::vector<std::string> values;
    // When there is none for this method: the methods that the path has, sorted; empty if the path is unknown.
    std::vector<std::string> allowed;
  };

  // `path` is a request's, without its query, still percent-encoded. A literal segment wins over '*', '*' over '**'.
  // Errors: INVALID_ARGUMENT REQUEST_INVALID for a bad escape in the path.
  absl::StatusOr<Match> Find(std::string_view method, std::string_view path) const;

 private:
  struct Node;
  struct Search;

  void FindRoute(Segments& segments, Search& search) const;
  static void Walk(const Node& node, size_t depth, Search& search);
  static void Visit(const Node& node, Search& search);

  std::unique_ptr<Node> root_;
  std::vector<std::unique_ptr<Route>> routes_;
};

}  // namespace mayfly::gateway

#endif  // MAYFLY_GATEWAY_ROUTER_H_
