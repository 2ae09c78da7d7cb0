// The pages about the server itself: whether it serves, and its metrics.
#ifndef MAYFLY_GATEWAY_STATUS_PAGES_H_
#define MAYFLY_GATEWAY_STATUS_PAGES_H_

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <variant>

#include "gateway/http_handler.h"
#include "gateway/http_message.h"

namespace mayfly::gateway {

inline constexpr char kHealthPath[] = "/health";
inline constexpr char kMetricsPath[] = "/metrics";

// The server's metrics as they are now, in Prometheus' text format 0.0.4. Called on the connections' threads, by
// several at a time.
using MetricsText = std::function<std::string()>;

// Answers GET /health and GET /metrics, whoever asks. Thread-safe.
class StatusPages final : public HttpHandler {
 public:
  // Without `metrics` there is no /metrics.
  explicit StatusPages(MetricsText metrics) : metrics_(std::move(metrics)) {}

  // From now on GET /health answers 503.
  void StartDraining() { draining_ = true; }

  // "OK", or 503 "DRAINING".
  HttpResponse Health(const HttpRequestHead& head) const;
  HttpResponse Metrics(const HttpRequestHead& head) const;

  // As the handler of a door that has nothing else: one of the two, or 404.
  std::variant<HttpResponse, std::shared_ptr<HttpExchange>> Begin(const HttpRequestHead& head) override;

 private:
  const MetricsText metrics_;
  std::atomic<bool> draining_ = false;
};

}  // namespace mayfly::gateway

#endif  // MAYFLY_GATEWAY_STATUS_PAGES_H_
