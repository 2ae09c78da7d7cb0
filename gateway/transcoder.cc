#include "gateway/transcoder.h"

#include <google/protobuf/descriptor.h>

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/reason.h"
#include "gateway/exchange.h"
#include "gateway/fixed_answers.h"
#include "gateway/http_error.h"
#include "gateway/metadata_headers.h"
#include "gateway/router.h"
#include "gateway/timeout_header.h"

namespace mayfly::gateway {
namespace {

using absl::StatusCode;

std::string_view QueryOf(std::string_view target) {
  const size_t mark = target.find('?');
  return mark == target.npos ? std::string_view() : target.substr(mark + 1);
}

HttpResponse Unauthenticated() {
  return ErrorResponse(MakeError(StatusCode::kUnauthenticated, reason::kUnauthenticated,
                                 "this needs a token: send the header 'Authorization: Bearer TOKEN'"));
}

// Encodings of the body that we cannot read. The Content-Type is otherwise not judged.
absl::Status CheckMedia(const HttpHeaders& headers) {
  const auto encoding = headers.Find("Content-Encoding");
  if (encoding.has_value() && !absl::EqualsIgnoreCase(*encoding, "identity")) {
    return MakeError(StatusCode::kInvalidArgument, reason::kMediaTypeUnsupported,
                     absl::StrCat("a body with Content-Encoding '", *encoding, "' cannot be read: send it as it is"));
  }
  const auto type = headers.Find("Content-Type");
  if (type.has_value() && absl::StartsWithIgnoreCase(*type, "multipart/")) {
    return MakeError(StatusCode::kInvalidArgument, reason::kMediaTypeUnsupported,
                     "a multipart body cannot be read: send the JSON alone");
  }
  return absl::OkStatus();
}

absl::StatusOr<absl::Time> DeadlineOf(const HttpHeaders& headers, const Clock& clock) {
  const auto header = headers.Find("Grpc-Timeout");
  if (!header.has_value()) return absl::InfiniteFuture();
  const auto timeout = ParseTimeoutHeader(*header);
  if (timeout.has_value()) return clock.Now() + *timeout;
  return MakeError(StatusCode::kInvalidArgument, reason::kRequestInvalid,
                   absl::StrCat("the header Grpc-Timeout must be 1 to 8 digits and a unit of H, M, S, m, u, n, as in "
                                "500m; it is '",
                                *header, "'"));
}

}  // namespace

absl::StatusOr<std::unique_ptr<Transcoder>> Transcoder::Create(
    const std::vector<const google::protobuf::ServiceDescriptor*>& services, Backend& backend,
    const Authenticator& authenticator, const Clock& clock, const TranscoderOptions& options) {
  auto router = std::make_unique<Router>();
  for (const google::protobuf::ServiceDescriptor* service : services) {
    for (int i = 0; i < service->method_count(); ++i) {
      auto routes = RoutesOf(*service->method(i));
      if (!routes.ok()) return routes.status();
      for (std::unique_ptr<Route>& route : *routes) {
        if (absl::Status status = router->Add(std::move(route)); !status.ok()) return status;
      }
    }
  }
  return std::unique_ptr<Transcoder>(new Transcoder(std::move(router), backend, authenticator, clock, options));
}

Transcoder::Transcoder(std::unique_ptr<Router> router, Backend& backend, const Authenticator& authenticator,
                       const Clock& clock, const TranscoderOptions& options)
    : router_(std::move(router)),
      backend_(backend),
      authenticator_(authenticator),
      clock_(clock),
      options_(options),
      pages_(options.metrics) {}

Transcoder::~Transcoder() = default;

std::variant<HttpResponse, std::shared_ptr<HttpExchange>> Transcoder::Begin(const HttpRequestHead& head) {
  const std::string_view path = PathOf(head.target);
  if (path == kHealthPath) return pages_.Health(head);
  if (!authenticator_.Allows(head.headers.Find("Authorization"))) return Unauthenticated();
  if (head.method == "OPTIONS" && path == "*") return HttpResponse{.status = 204};
  if (path == kMetricsPath) return pages_.Metrics(head);

  auto match = router_->Find(head.method == "HEAD" ? "GET" : head.method, path);
  if (!match.ok()) return ErrorResponse(match.status());
  if (match->route == nullptr) {
    if (match->allowed.empty()) return NoRoute(head);
    const std::string allow = AllowOf(std::move(match->allowed));
    return head.method == "OPTIONS" ? OptionsResponse(allow) : MethodNotAllowed(head, allow);
  }
  return BeginCall(head, *match->route, std::move(match->values));
}

std::variant<HttpResponse, std::shared_ptr<HttpExchange>> Transcoder::BeginCall(const HttpRequestHead& head,
                                                                                const Route& route,
                                                                                std::vector<std::string> values) {
  if (absl::Status status = CheckMedia(head.headers); !status.ok()) return ErrorResponse(status, 415);
  auto deadline = DeadlineOf(head.headers, clock_);
  if (!deadline.ok()) return ErrorResponse(deadline.status());
  auto metadata = MetadataFromHeaders(head.headers);
  if (!metadata.ok())
    return ErrorResponse(metadata.status(), metadata.status().code() == StatusCode::kResourceExhausted ? 431 : 400);

  const bool is_text = route.body_form == BodyForm::kJsonText;
  return Exchange::Create({
      .route = &route,
      .backend = &backend_,
      .call = std::make_shared<ServerCall>(*deadline, *std::move(metadata)),
      .parts = {.body = {},
                .content_type = route.body_form == BodyForm::kHttpBody
                                    ? std::string(head.headers.Find("Content-Type").value_or(""))
                                    : std::string(),
                .path_values = std::move(values),
                .query = std::string(QueryOf(head.target))},
      .stream_format = StreamFormatOf(head.headers.Find("Accept")),
      .body_bytes_max =
          is_text ? std::min(options_.json_text_bytes_max, options_.body_bytes_max) : options_.body_bytes_max,
  });
}

}  // namespace mayfly::gateway
