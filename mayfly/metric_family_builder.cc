#include "mayfly/metric_family_builder.h"

#include <prometheus/text_serializer.h>

#include "absl/time/time.h"

namespace mayfly {

using prometheus::ClientMetric;
using prometheus::MetricType;

MetricFamilyBuilder::MetricFamilyBuilder(MetricType type, std::string_view name, std::string_view help)
    : family_{.name = std::string(name), .help = std::string(help), .type = type, .metric = {}} {}

MetricFamilyBuilder& MetricFamilyBuilder::Add(double value, const std::vector<MetricLabel>& labels) {
  ClientMetric& sample = AddSample(labels);
  (family_.type == MetricType::Counter ? sample.counter.value : sample.gauge.value) = value;
  return *this;
}

MetricFamilyBuilder& MetricFamilyBuilder::Add(const dataplane::DurationHistogram& histogram,
                                              const std::vector<MetricLabel>& labels) {
  ClientMetric::Histogram& sample = AddSample(labels).histogram;
  for (size_t i = 0; i < histogram.counts.size(); ++i) {
    sample.sample_count += histogram.counts[i];
    if (i == histogram.kBounds.size()) break;  // beyond all bounds: the serializer's +Inf
    sample.bucket.push_back(
        {.cumulative_count = sample.sample_count, .upper_bound = absl::ToDoubleSeconds(histogram.kBounds[i])});
  }
  sample.sample_sum = absl::ToDoubleSeconds(histogram.sum);
  return *this;
}

ClientMetric& MetricFamilyBuilder::AddSample(const std::vector<MetricLabel>& labels) {
  ClientMetric& sample = family_.metric.emplace_back();
  for (const MetricLabel& label : labels) {
    sample.label.push_back({.name = std::string(label.name), .value = std::string(label.value)});
  }
  return sample;
}

std::string MetricsToText(const std::vector<prometheus::MetricFamily>& families) {
  return prometheus::TextSerializer().Serialize(families);
}

}  // namespace mayfly
