// Prometheus' metric families, made in one expression each.
#ifndef MAYFLY_MAYFLY_METRIC_FAMILY_BUILDER_H_
#define MAYFLY_MAYFLY_METRIC_FAMILY_BUILDER_H_

#include <prometheus/metric_family.h>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "dataplane/invocation_counters.h"

namespace mayfly {

struct MetricLabel {
  std::string_view name;
  std::string_view value;
};

// One family that grows by samples. `name` has a base unit, and `_total` if it is a counter.
class MetricFamilyBuilder {
 public:
  MetricFamilyBuilder(prometheus::MetricType type, std::string_view name, std::string_view help);

  // A gauge's or a counter's.
  MetricFamilyBuilder& Add(double value, const std::vector<MetricLabel>& labels = {});

  // A histogram's.
  MetricFamilyBuilder& Add(const dataplane::DurationHistogram& histogram, const std::vector<MetricLabel>& labels);

  prometheus::MetricFamily Take() { return std::move(family_); }

 private:
  prometheus::ClientMetric& AddSample(const std::vector<MetricLabel>& labels);

  prometheus::MetricFamily family_;
};

// The families in the text format 0.0.4.
std::string MetricsToText(const std::vector<prometheus::MetricFamily>& families);

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_METRIC_FAMILY_BUILDER_H_
