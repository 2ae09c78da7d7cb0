// --metrics-port: a door for who scrapes and probes, apart from the callers'.
#ifndef MAYFLY_MAYFLY_METRICS_DOOR_H_
#define MAYFLY_MAYFLY_METRICS_DOOR_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "base/clock.h"
#include "base/limits.h"
#include "gateway/http_server.h"
#include "gateway/status_pages.h"
#include "mayfly/io_threads.h"

namespace mayfly {

// GET /metrics and GET /health, without a token, on a thread of its own: it answers however busy the callers' threads
// are. Open until it is destroyed, while the server drains too.
class MetricsDoor {
 public:
  struct Options {
    std::string address = "127.0.0.1";
    uint16_t port = 0;  // 0: any free one
    int connections_max = kHttpConnectionsMax;
  };

  // `clock`, and what `metrics` uses, outlive it. Errors: those of HttpServer::Create.
  static absl::StatusOr<std::unique_ptr<MetricsDoor>> Open(const Options& options, gateway::MetricsText metrics,
                                                           const Clock& clock);

  // Closes all connections.
  ~MetricsDoor();

  uint16_t port() const { return server_->port(); }

  // From now on GET /health answers 503.
  void StartDraining() { pages_.StartDraining(); }

 private:
  explicit MetricsDoor(gateway::MetricsText metrics) : pages_(std::move(metrics)), io_(1) {}

  gateway::StatusPages pages_;
  IoThreads io_;
  std::unique_ptr<gateway::HttpServer> server_;
};

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_METRICS_DOOR_H_
