// A request message from the parts of an HTTP request.
#ifndef MAYFLY_GATEWAY_REQUEST_READER_H_
#define MAYFLY_GATEWAY_REQUEST_READER_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "gateway/route.h"

namespace mayfly::gateway {

struct RequestParts {
  std::string body;
  std::string content_type;              // for google.api.HttpBody
  std::vector<std::string> path_values;  // of route.path.variables
  std::string query;                     // still encoded
};

// Fills `message`, an empty message of the route's request type: first the body, then the query, then the path, so that
// the path has the last word. Takes the body out of `parts`. Errors: INVALID_ARGUMENT REQUEST_INVALID, naming the
// place.
absl::Status ReadRequest(const Route& route, RequestParts parts, google::protobuf::Message& message);

}  // namespace mayfly::gateway

#endif  // MAYFLY_GATEWAY_REQUEST_READER_H_
