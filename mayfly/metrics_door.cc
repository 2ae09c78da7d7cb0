#include "mayfly/metrics_door.h"

#include <utility>

namespace mayfly {

absl::StatusOr<std::unique_ptr<MetricsDoor>> MetricsDoor::Open(const Options& options, gateway::MetricsText metrics,
                                                               const Clock& clock) {
  std::unique_ptr<MetricsDoor> door(new MetricsDoor(std::move(metrics)));
  absl::StatusOr<std::unique_ptr<gateway::HttpServer>> server = gateway::HttpServer::Create(
      door->io_.context(),
      {.address = options.address, .port = options.port, .connections_max = options.connections_max}, door->pages_,
      clock);
  if (!server.ok()) return server.status();
  door->server_ = *std::move(server);
  return door;
}

MetricsDoor::~MetricsDoor() {
  if (server_ != nullptr) {
    server_->Drain();
    server_->CloseAll();
    server_->AwaitDrained(absl::InfiniteDuration());
  }
  io_.Stop();
}

}  // namespace mayfly
