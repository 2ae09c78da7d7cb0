// The metrics of a serving process, as docs/metrics.md describes them.
#ifndef MAYFLY_MAYFLY_METRICS_H_
#define MAYFLY_MAYFLY_METRICS_H_

#include <prometheus/metric_family.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "gateway/http_server.h"
#include "mayfly/data_plane.h"
#include "mayfly/process_stats.h"
#include "mayfly/worker_containment.h"

namespace mayfly {

struct HttpStats {
  int connections = 0;
  gateway::HttpServer::ResponseCounts responses = {};
};

// What a process knows of itself at one moment. What its role does not have is nullopt, and has no metrics.
struct MetricsSnapshot {
  std::string version;
  std::optional<ProcessStats> process;
  std::optional<WorkerContainment> containment;
  std::optional<DataPlane::Stats> data_plane;
  std::optional<HttpStats> http;
};

std::vector<prometheus::MetricFamily> ToMetricFamilies(const MetricsSnapshot& snapshot);

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_METRICS_H_
