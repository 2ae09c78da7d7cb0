// Turns HTTP requests into calls of a Backend and answers back, as the services' google.api.http annotations say. It
// knows descriptors only: a new RPC gets its route by annotation alone.
#ifndef MAYFLY_GATEWAY_TRANSCODER_H_
#define MAYFLY_GATEWAY_TRANSCODER_H_

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "absl/status/statusor.h"
#include "base/authenticator.h"
#include "base/clock.h"
#include "base/limits.h"
#include "gateway/backend.h"
#include "gateway/http_handler.h"
#include "gateway/status_pages.h"

namespace google::protobuf {
class ServiceDescriptor;
}

namespace mayfly::gateway {

class Router;
struct Route;

struct TranscoderOptions {
  size_t body_bytes_max = kBodyBytesMax;
  // For a body that is one JSON text handed on verbatim.
  size_t json_text_bytes_max = kEventBytesMax;
  // What GET /metrics answers, to who has a token; null: there is no such path.
  MetricsText metrics;
};

// Thread-safe.
class Transcoder final : public HttpHandler {
 public:
  // Routes for every annotated method of `services` (of the generated pool). `backend`, `authenticator` and `clock`
  // outlive it. Errors: INVALID_ARGUMENT for an annotation that cannot be served, naming the method.
  static absl::StatusOr<std::unique_ptr<Transcoder>> Create(
      const std::vector<const google::protobuf::ServiceDescriptor*>& services, Backend& backend,
      const Authenticator& authenticator, const Clock& clock, const TranscoderOptions& options = {});
  ~Transcoder() override;

  std::variant<HttpResponse, std::shared_ptr<HttpExchange>> Begin(const HttpRequestHead& head) override;

  // From now on GET /health answers 503; everything else is served as before.
  void StartDraining() { pages_.StartDraining(); }

 private:
  Transcoder(std::unique_ptr<Router> router, Backend& backend, const Authenticator& authenticator, const Clock& clock,
             const TranscoderOptions& options);

  std::variant<HttpResponse, std::shared_ptr<HttpExchange>> BeginCall(const HttpRequestHead& head, const Route& route,
                                                                      std::vector<std::string> values);

  const std::unique_ptr<Router> router_;
  Backend& backend_;
  const Authenticator& authenticator_;
  const Clock& clock_;
  const TranscoderOptions options_;
  StatusPages pages_;
};

}  // namespace mayfly::gateway

#endif  // MAYFLY_GATEWAY_TRANSCODER_H_
