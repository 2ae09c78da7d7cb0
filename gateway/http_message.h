// HTTP requests and responses as the gateway handles them, without a server.
#ifndef MAYFLY_GATEWAY_HTTP_MESSAGE_H_
#define MAYFLY_GATEWAY_HTTP_MESSAGE_H_

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/inlined_vector.h"

namespace mayfly::gateway {

// The header fields of a request, in order. Holds views.
class HttpHeaders {
 public:
  using Field = std::pair<std::string_view, std::string_view>;

  void Add(std::string_view name, std::string_view value) { fields_.emplace_back(name, value); }

  // The first field of that name, whatever its case.
  std::optional<std::string_view> Find(std::string_view name) const;

  auto begin() const { return fields_.begin(); }
  auto end() const { return fields_.end(); }

 private:
  absl::InlinedVector<Field, 16> fields_;
};

// What comes before a request's body. Holds views into the connection.
struct HttpRequestHead {
  std::string_view method;  // "GET"
  std::string_view target;  // as sent: "/functions?view=FULL"
  HttpHeaders headers;
};

// A response, or the head of a streamed one. The server adds Content-Length or Transfer-Encoding, Connection and Date.
struct HttpResponse {
  int status = 200;
  std::string_view content_type;  // a literal; empty: none, or among the headers
  std::string headers;            // "Name: value\r\n" each; see AddHeader

  // The body is `body`, or, when `shared_owner` is set, `shared_body`, which lives as long as its owner.
  std::string body;
  std::string_view shared_body;
  std::shared_ptr<const void> shared_owner;

  std::string_view body_view() const { return shared_owner ? shared_body : std::string_view(body); }

  // Characters that cannot stand in a header's value (line ends above all) become spaces.
  void AddHeader(std::string_view name, std::string_view value);
};

// "OK" for 200; "Unknown" for a status that nobody has named.
std::string_view HttpReasonPhrase(int status);

}  // namespace mayfly::gateway

#endif  // MAYFLY_GATEWAY_HTTP_MESSAGE_H_
