#include "mayfly/metrics.h"

#include <string_view>
#include <utility>

#include "dataplane/per_language.h"
#include "mayfly/metric_family_builder.h"
#include "runtime/rewind/rewind_way.h"
#include "runtime/sandbox/sandbox.h"

namespace mayfly {
namespace {

using dataplane::IndexOf;
using dataplane::InvocationStats;
using dataplane::kLanguages;
using dataplane::Pool;
using prometheus::MetricType;
using Families = std::vector<prometheus::MetricFamily>;

std::string_view EngineName(runtime::Language language) {
  switch (language) {
    case runtime::Language::kJs:
      return "js";
    case runtime::Language::kPython:
      return "python";
  }
  return "";
}

std::string_view PurposeName(dataplane::Purpose purpose) {
  switch (purpose) {
    case dataplane::Purpose::kInvoke:
      return "invoke";
    case dataplane::Purpose::kRun:
      return "run";
    case dataplane::Purpose::kCheck:
      return "check";
  }
  return "";
}

MetricFamilyBuilder Gauge(std::string_view name, std::string_view help) { return {MetricType::Gauge, name, help}; }
MetricFamilyBuilder Counter(std::string_view name, std::string_view help) { return {MetricType::Counter, name, help}; }
MetricFamilyBuilder Histogram(std::string_view name, std::string_view help) {
  return {MetricType::Histogram, name, help};
}

void AddContainment(const WorkerContainment& containment, Families& families) {
  MetricFamilyBuilder level =
      Gauge("mayfly_sandbox_level", "1 for the level of the workers' sandbox, 0 for the others.");
  for (const runtime::SandboxLevel one : runtime::kSandboxLevels) {
    level.Add(one == containment.sandbox.level, {{"level", runtime::SandboxLevelName(one)}});
  }
  families.push_back(level.Take());
  families.push_back(Gauge("mayfly_sandbox_part", "1 for each part that the workers' sandbox has.")
                         .Add(containment.sandbox.level != runtime::SandboxLevel::kNone, {{"part", "seccomp"}})
                         .Add(containment.sandbox.parts.landlock, {{"part", "landlock"}})
                         .Add(containment.sandbox.parts.namespaces, {{"part", "namespaces"}})
                         .Add(containment.sandbox.cgroups != nullptr, {{"part", "control-groups"}})
                         .Take());
  const bool rewinds = containment.isolation.rewind.has_value();
  families.push_back(Gauge("mayfly_isolation_strategy", "1 for how the calls of a worker are kept apart.")
                         .Add(!rewinds, {{"strategy", "fresh"}})
                         .Add(rewinds, {{"strategy", "rewind"}})
                         .Take());
  MetricFamilyBuilder way =
      Gauge("mayfly_rewind_way", "1 for the way in which workers rewind; under fresh there is none.");
  for (const runtime::RewindWay one : runtime::kRewindWays) {
    way.Add(containment.isolation.rewind == one, {{"way", runtime::RewindWayName(one)}});
  }
  families.push_back(way.Take());
}

// An outcome's series is there from its first call on; that of calls which ended well, from the start.
void AddOutcomes(const InvocationStats::ByOutcome& outcomes, std::string_view purpose, std::string_view engine,
                 bool always, MetricFamilyBuilder& calls) {
  for (size_t i = 0; i < outcomes.size(); ++i) {
    if (outcomes[i] == 0 && !(always && i == 0)) continue;
    calls.Add(static_cast<double>(outcomes[i]),
              {{"call", purpose}, {"engine", engine}, {"outcome", dataplane::kCallOutcomes[i]}});
  }
}

void AddCalls(const InvocationStats& stats, Families& families) {
  MetricFamilyBuilder calls =
      Counter("mayfly_invocations_total", "Calls that have ended, by what they were and how they ended.");
  MetricFamilyBuilder starts =
      Counter("mayfly_invocation_starts_total",
              "Calls that got a worker: one made for them (cold), or one that was there (warm).");
  for (const dataplane::Purpose purpose : dataplane::kPurposes) {
    const auto& by_language = stats.calls[IndexOf(purpose)];
    for (const runtime::Language language : kLanguages) {
      AddOutcomes(by_language[IndexOf(language)], PurposeName(purpose), EngineName(language), /*always=*/true, calls);
      const InvocationStats::Starts& started = stats.starts[IndexOf(purpose)][IndexOf(language)];
      const auto add = [&](std::string_view start, uint64_t count) {
        starts.Add(static_cast<double>(count),
                   {{"call", PurposeName(purpose)}, {"engine", EngineName(language)}, {"start", start}});
      };
      add("cold", started.cold);
      if (purpose == dataplane::Purpose::kInvoke) add("warm", started.warm);  // the others have a worker of their own
    }
    AddOutcomes(by_language.back(), PurposeName(purpose), "none", /*always=*/false, calls);
  }
  families.push_back(calls.Take());
  families.push_back(starts.Take());
}

void AddTimes(const InvocationStats& stats, Families& families) {
  MetricFamilyBuilder total = Histogram("mayfly_invocation_duration_seconds", "From a call's arrival to its answer.");
  MetricFamilyBuilder queue =
      Histogram("mayfly_invocation_queue_seconds", "What a call waited for a worker, or for one to be begun.");
  MetricFamilyBuilder load =
      Histogram("mayfly_invocation_load_seconds", "What a cold call waited for its worker to load.");
  MetricFamilyBuilder cpu = Counter("mayfly_invocation_cpu_seconds_total", "CPU time of workers in calls.");
  for (const runtime::Language language : kLanguages) {
    const InvocationStats::Times& times = stats.times[IndexOf(language)];
    const std::vector<MetricLabel> engine = {{"engine", EngineName(language)}};
    total.Add(times.total, engine);
    queue.Add(times.queue, engine);
    load.Add(times.load, engine);
    cpu.Add(absl::ToDoubleSeconds(times.cpu), engine);
  }
  for (MetricFamilyBuilder* metric : {&total, &queue, &load, &cpu}) families.push_back(metric->Take());
}

void AddWorkers(const DataPlane::Stats& stats, Families& families) {
  MetricFamilyBuilder workers = Gauge("mayfly_workers", "Workers by what they do.");
  MetricFamilyBuilder started = Counter("mayfly_worker_starts_total", "Workers that have been asked for.");
  MetricFamilyBuilder up =
      Gauge("mayfly_zygote_up", "1 while an engine's zygote is up: without it no worker can be made.");
  MetricFamilyBuilder zygotes =
      Counter("mayfly_zygote_starts_total", "Zygotes that have been started; the first one counts.");
  for (const runtime::Language language : kLanguages) {
    const std::string_view engine = EngineName(language);
    const Pool::WorkersByState& states = stats.pool.by_language[IndexOf(language)];
    workers.Add(states.starting, {{"engine", engine}, {"state", "starting"}})
        .Add(states.idle, {{"engine", engine}, {"state", "idle"}})
        .Add(states.busy, {{"engine", engine}, {"state", "busy"}})
        .Add(states.preparing, {{"engine", engine}, {"state", "preparing"}});
    started.Add(static_cast<double>(states.started), {{"engine", engine}});
    const dataplane::Zygote::Stats& zygote = stats.zygotes[IndexOf(language)];
    up.Add(zygote.up, {{"engine", engine}});
    zygotes.Add(zygote.started, {{"engine", engine}});
  }
  for (MetricFamilyBuilder* metric : {&workers, &started, &up, &zygotes}) families.push_back(metric->Take());
}

void AddDataPlane(const DataPlane::Stats& stats, Families& families) {
  AddCalls(stats.invocations, families);
  AddTimes(stats.invocations, families);
  AddWorkers(stats, families);
  const auto add = [&families](std::string_view name, std::string_view help, double value) {
    families.push_back(Gauge(name, help).Add(value).Take());
  };
  add("mayfly_invocations_in_flight", "Calls that have not been answered.", static_cast<double>(stats.in_flight));
  add("mayfly_invocations_waiting", "Calls that wait for a worker.", stats.pool.waiting);
  add("mayfly_workers_max", "The most workers there may be.", stats.workers_max);
  add("mayfly_worker_memory_caps_bytes", "The memory caps of all workers together.",
      static_cast<double>(stats.pool.memory_bytes));
  add("mayfly_worker_memory_budget_bytes", "What those may be at most.",
      static_cast<double>(stats.memory_budget_bytes));
  add("mayfly_functions", "Functions that the data plane knows.", static_cast<double>(stats.functions));
  add("mayfly_functions_quarantined", "Functions that are refused for now: their workers crash again and again.",
      stats.pool.quarantined);
}

void AddHttp(const HttpStats& stats, Families& families) {
  families.push_back(Gauge("mayfly_http_connections", "Connections to the HTTP door.").Add(stats.connections).Take());
  MetricFamilyBuilder responses =
      Counter("mayfly_http_responses_total", "Responses of the HTTP door, by their status.");
  static constexpr std::string_view kClasses[] = {"1xx", "2xx", "3xx", "4xx", "5xx"};
  for (size_t i = 1; i < stats.responses.size(); ++i) {
    responses.Add(static_cast<double>(stats.responses[i]), {{"code", kClasses[i]}});
  }
  families.push_back(responses.Take());
}

void AddProcess(const ProcessStats& stats, Families& families) {
  const auto add = [&families](MetricType type, std::string_view name, std::string_view help, double value) {
    families.push_back(MetricFamilyBuilder(type, name, help).Add(value).Take());
  };
  add(MetricType::Counter, "process_cpu_seconds_total", "CPU time of the server, without its workers.",
      absl::ToDoubleSeconds(stats.cpu_time));
  add(MetricType::Gauge, "process_resident_memory_bytes", "Resident memory of the server, without its workers.",
      static_cast<double>(stats.resident_memory_bytes));
  add(MetricType::Gauge, "process_virtual_memory_bytes", "Address space of the server.",
      static_cast<double>(stats.virtual_memory_bytes));
  add(MetricType::Gauge, "process_start_time_seconds", "When the server was started, in Unix time.",
      absl::ToDoubleSeconds(stats.start - absl::UnixEpoch()));
  add(MetricType::Gauge, "process_open_fds", "Open file descriptors of the server.", stats.open_fds);
  if (!stats.max_fds.has_value()) return;
  add(MetricType::Gauge, "process_max_fds", "The most it may have open.", static_cast<double>(*stats.max_fds));
}

}  // namespace

std::vector<prometheus::MetricFamily> ToMetricFamilies(const MetricsSnapshot& snapshot) {
  Families families;
  families.push_back(
      Gauge("mayfly_build_info", "1 for the version that runs.").Add(1, {{"version", snapshot.version}}).Take());
  if (snapshot.containment.has_value()) AddContainment(*snapshot.containment, families);
  if (snapshot.data_plane.has_value()) AddDataPlane(*snapshot.data_plane, families);
  if (snapshot.http.has_value()) AddHttp(*snapshot.http, families);
  if (snapshot.process.has_value()) AddProcess(*snapshot.process, families);
  return families;
}

}  // namespace mayfly
