// The metrics of a serving process, as docs/metrics.md describes them.
#ifndef MAYFLY_MAYFLY_METRICS_H_
#define MAYFLY_MAYFLY_METRICS_H_

#include <prometheus/metric_family.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "dataplane/isolation.h"
#include "gateway/http_server.h"
#include "mayfly/choose_sandbox.h"
#include "mayfly/data_plane.h"
#include "mayfly/process_stats.h"

namespace mayfly {

// How the workers of a data plane are locked in and kept apart; the same for its whole life.
struct WorkerSafety {
  dataplane::Isolation isolation;
  SandboxChoice sandbox;
};

struct HttpStats {
  int connections = 0;
  gateway::HttpServer::ResponseCounts responses = {};
};

// What a process knows of itself at one moment. What its role does not have is nullopt, and has no metrics.
struct MetricsSnapshot {
  std::string version;
  std::optional<ProcessStats> process;
  std::optional<WorkerSafety> safety;
  std::optional<DataPlane::Stats> data_plane;
  std::optional<HttpStats> http;
};

std::vector<prometheus::MetricFamily> ToMetricFamilies(const MetricsSnapshot& snapshot);

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_METRICS_H_
