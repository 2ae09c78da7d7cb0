#include "mayfly/data_plane.h"

namespace mayfly {
namespace {

dataplane::WorkerProcessOptions WorkerOptions(const DataPlane::Options& options) {
  dataplane::WorkerProcessOptions workers = options.workers;
  workers.rewind = options.isolation.rewind;
  workers.verify_rewind = options.isolation.verify;
  return workers;
}

}  // namespace

DataPlane::DataPlane(const Options& options, boost::asio::io_context& io, dataplane::FunctionSource& source,
                     const Clock& clock)
    : limits_(options.limits),
      timers_(io.get_executor()),
      workers_(io.get_executor(), WorkerOptions(options)),
      pool_(options.limits, workers_, timers_, clock),
      catalog_(source, [this](const dataplane::FunctionRevision& revision) { pool_.Retire(revision); }),
      service_({.isolation = options.isolation, .limits = options.call_limits}, catalog_, pool_, timers_, clock) {}

DataPlane::Stats DataPlane::stats() {
  Stats stats = {.pool = pool_.stats(),
                 .workers_max = limits_.workers_max,
                 .memory_budget_bytes = limits_.memory_budget_bytes,
                 .invocations = service_.stats(),
                 .in_flight = service_.calls_in_flight(),
                 .functions = catalog_.size(),
                 .zygotes = {}};
  for (const runtime::Language language : dataplane::kLanguages) {
    stats.zygotes[dataplane::IndexOf(language)] = workers_.zygote_stats(language);
  }
  return stats;
}

void DataPlane::BeginDrain() {
  service_.Drain([this] { drained_.Notify(); });
}

}  // namespace mayfly
