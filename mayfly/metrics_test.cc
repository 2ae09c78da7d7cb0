#include "mayfly/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "mayfly/metric_family_builder.h"

namespace mayfly {
namespace {

using dataplane::IndexOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string TextOf(const MetricsSnapshot& snapshot) { return MetricsToText(ToMetricFamilies(snapshot)); }

TEST(MetricsTest, TellTheVersionAlwaysAndNothingThatIsNotThere) {
  EXPECT_EQ(TextOf({.version = "1.2.3"}),
            "# HELP mayfly_build_info 1 for the version that runs.\n"
            "# TYPE mayfly_build_info gauge\n"
            "mayfly_build_info{version=\"1.2.3\"} 1\n");
}

TEST(MetricsTest, TellHowWorkersAreLockedInAndKeptApart) {
  WorkerContainment containment;
  containment.sandbox.level = runtime::SandboxLevel::kLandlock;
  containment.sandbox.parts = {.landlock = true, .namespaces = false};
  containment.isolation.rewind = runtime::RewindWay::kPagemapScan;
  EXPECT_THAT(TextOf({.containment = containment}),
              HasSubstr("# HELP mayfly_sandbox_level 1 for the level of the workers' sandbox, 0 for the others.\n"
                        "# TYPE mayfly_sandbox_level gauge\n"
                        "mayfly_sandbox_level{level=\"none\"} 0\n"
                        "mayfly_sandbox_level{level=\"seccomp\"} 0\n"
                        "mayfly_sandbox_level{level=\"landlock\"} 1\n"
                        "mayfly_sandbox_level{level=\"namespaces\"} 0\n"
                        "# HELP mayfly_sandbox_part 1 for each part that the workers' sandbox has.\n"
                        "# TYPE mayfly_sandbox_part gauge\n"
                        "mayfly_sandbox_part{part=\"seccomp\"} 1\n"
                        "mayfly_sandbox_part{part=\"landlock\"} 1\n"
                        "mayfly_sandbox_part{part=\"namespaces\"} 0\n"
                        "mayfly_sandbox_part{part=\"control-groups\"} 0\n"
                        "# HELP mayfly_isolation_strategy 1 for how the calls of a worker are kept apart.\n"
                        "# TYPE mayfly_isolation_strategy gauge\n"
                        "mayfly_isolation_strategy{strategy=\"fresh\"} 0\n"
                        "mayfly_isolation_strategy{strategy=\"rewind\"} 1\n"
                        "# HELP mayfly_rewind_way 1 for the way in which workers rewind; under fresh there is none.\n"
                        "# TYPE mayfly_rewind_way gauge\n"
                        "mayfly_rewind_way{way=\"userfaultfd\"} 0\n"
                        "mayfly_rewind_way{way=\"pagemap-scan\"} 1\n"
                        "mayfly_rewind_way{way=\"pagemap\"} 0\n"
                        "mayfly_rewind_way{way=\"dontneed\"} 0\n"));
}

TEST(MetricsTest, UnderFreshNoWayOfRewindingIsInUse) {
  const std::string text = TextOf({.containment = WorkerContainment{}});
  EXPECT_THAT(text, HasSubstr("mayfly_isolation_strategy{strategy=\"fresh\"} 1\n"));
  EXPECT_THAT(text, Not(testing::ContainsRegex("mayfly_rewind_way\\{way=\"[a-z-]+\"\\} 1")));
}

TEST(MetricsTest, TellOfTheProcess) {
  const ProcessStats process = {.cpu_time = absl::Milliseconds(1250),
                                .virtual_memory_bytes = 123456789012,
                                .resident_memory_bytes = 4096,
                                .start = absl::FromUnixMillis(1'700'000'000'250),
                                .open_fds = 17,
                                .max_fds = 1024};
  EXPECT_THAT(
      TextOf({.process = process}),
      testing::EndsWith("# HELP process_cpu_seconds_total CPU time of the server, without its workers.\n"
                        "# TYPE process_cpu_seconds_total counter\n"
                        "process_cpu_seconds_total 1.25\n"
                        "# HELP process_resident_memory_bytes Resident memory of the server, without its workers.\n"
                        "# TYPE process_resident_memory_bytes gauge\n"
                        "process_resident_memory_bytes 4096\n"
                        "# HELP process_virtual_memory_bytes Address space of the server.\n"
                        "# TYPE process_virtual_memory_bytes gauge\n"
                        "process_virtual_memory_bytes 123456789012\n"
                        "# HELP process_start_time_seconds When the server was started, in Unix time.\n"
                        "# TYPE process_start_time_seconds gauge\n"
                        "process_start_time_seconds 1700000000.25\n"
                        "# HELP process_open_fds Open file descriptors of the server.\n"
                        "# TYPE process_open_fds gauge\n"
                        "process_open_fds 17\n"
                        "# HELP process_max_fds The most it may have open.\n"
                        "# TYPE process_max_fds gauge\n"
                        "process_max_fds 1024\n"));
}

TEST(MetricsTest, LeaveOutALimitThatIsNone) {
  EXPECT_THAT(TextOf({.process = ProcessStats{}}), Not(HasSubstr("process_max_fds")));
}

TEST(MetricsTest, TellOfTheHttpDoor) {
  EXPECT_THAT(TextOf({.http = HttpStats{.connections = 3, .responses = {1, 20, 0, 4, 5}}}),
              HasSubstr("# HELP mayfly_http_connections Connections to the HTTP door.\n"
                        "# TYPE mayfly_http_connections gauge\n"
                        "mayfly_http_connections 3\n"
                        "# HELP mayfly_http_responses_total Responses of the HTTP door, by their status.\n"
                        "# TYPE mayfly_http_responses_total counter\n"
                        "mayfly_http_responses_total{code=\"2xx\"} 20\n"
                        "mayfly_http_responses_total{code=\"3xx\"} 0\n"
                        "mayfly_http_responses_total{code=\"4xx\"} 4\n"
                        "mayfly_http_responses_total{code=\"5xx\"} 5\n"));
}

class DataPlaneMetricsTest : public testing::Test {
 protected:
  std::string Text() { return TextOf({.data_plane = stats_}); }

  DataPlane::Stats stats_;
};

TEST_F(DataPlaneMetricsTest, CountCallsByWhatTheyWereAndHowTheyEnded) {
  auto& invocations = stats_.invocations;
  invocations.calls[IndexOf(dataplane::Purpose::kInvoke)][IndexOf(runtime::Language::kPython)][0] = 12;
  invocations.calls[IndexOf(dataplane::Purpose::kInvoke)][IndexOf(runtime::Language::kPython)][1] = 2;
  invocations.calls[IndexOf(dataplane::Purpose::kCheck)].back().back() = 1;
  invocations.starts[IndexOf(dataplane::Purpose::kInvoke)][IndexOf(runtime::Language::kPython)] = {.cold = 3,
                                                                                                   .warm = 9};
  EXPECT_THAT(
      Text(),
      HasSubstr("# HELP mayfly_invocations_total Calls that have ended, by what they were and how they ended.\n"
                "# TYPE mayfly_invocations_total counter\n"
                "mayfly_invocations_total{call=\"invoke\",engine=\"js\",outcome=\"OK\"} 0\n"
                "mayfly_invocations_total{call=\"invoke\",engine=\"python\",outcome=\"OK\"} 12\n"
                "mayfly_invocations_total{call=\"invoke\",engine=\"python\",outcome=\"FUNCTION_THREW\"} 2\n"
                "mayfly_invocations_total{call=\"run\",engine=\"js\",outcome=\"OK\"} 0\n"
                "mayfly_invocations_total{call=\"run\",engine=\"python\",outcome=\"OK\"} 0\n"
                "mayfly_invocations_total{call=\"check\",engine=\"js\",outcome=\"OK\"} 0\n"
                "mayfly_invocations_total{call=\"check\",engine=\"python\",outcome=\"OK\"} 0\n"
                "mayfly_invocations_total{call=\"check\",engine=\"none\",outcome=\"INTERNAL\"} 1\n"
                "# HELP mayfly_invocation_starts_total Calls that got a worker: one made for them (cold), or one that "
                "was there (warm).\n"
                "# TYPE mayfly_invocation_starts_total counter\n"
                "mayfly_invocation_starts_total{call=\"invoke\",engine=\"js\",start=\"cold\"} 0\n"
                "mayfly_invocation_starts_total{call=\"invoke\",engine=\"js\",start=\"warm\"} 0\n"
                "mayfly_invocation_starts_total{call=\"invoke\",engine=\"python\",start=\"cold\"} 3\n"
                "mayfly_invocation_starts_total{call=\"invoke\",engine=\"python\",start=\"warm\"} 9\n"
                "mayfly_invocation_starts_total{call=\"run\",engine=\"js\",start=\"cold\"} 0\n"
                "mayfly_invocation_starts_total{call=\"run\",engine=\"python\",start=\"cold\"} 0\n"
                "mayfly_invocation_starts_total{call=\"check\",engine=\"js\",start=\"cold\"} 0\n"
                "mayfly_invocation_starts_total{call=\"check\",engine=\"python\",start=\"cold\"} 0\n"));
}

TEST_F(DataPlaneMetricsTest, ShowTimesAsCumulativeBuckets) {
  auto& times = stats_.invocations.times[IndexOf(runtime::Language::kJs)];
  for (const absl::Duration time : {absl::Microseconds(100), absl::Microseconds(150), absl::Microseconds(1'999'750),
                                    absl::Seconds(300), absl::Seconds(301)}) {
    times.total.Add(time);
  }
  times.cpu = absl::Milliseconds(1500);
  EXPECT_THAT(Text(), HasSubstr("# TYPE mayfly_invocation_duration_seconds histogram\n"
                                "mayfly_invocation_duration_seconds_count{engine=\"js\"} 5\n"
                                "mayfly_invocation_duration_seconds_sum{engine=\"js\"} 603\n"
                                "mayfly_invocation_duration_seconds_bucket{engine=\"js\",le=\"0.0001\"} 1\n"
                                "mayfly_invocation_duration_seconds_bucket{engine=\"js\",le=\"0.00025\"} 2\n"
                                "mayfly_invocation_duration_seconds_bucket{engine=\"js\",le=\"0.0005\"} 2\n"
                                "mayfly_invocation_duration_seconds_bucket{engine=\"js\",le=\"0.001\"} 2\n"
                                "mayfly_invocation_duration_seconds_bucket{engine=\"js\",le=\"0.0025\"} 2\n"
                                "mayfly_invocation_duration_seconds_bucket{engine=\"js\",le=\"0.005\"} 2\n"
                                "mayfly_invocation_duration_seconds_bucket{engine=\"js\",le=\"0.01\"} 2\n"
                                "mayfly_invocation_duration_seconds_bucket{engine=\"js\",le=\"0.025\"} 2\n"
                                "mayfly_invocation_duration_seconds_bucket{engine=\"js\",le=\"0.05\"} 2\n"
                                "mayfly_invocation_duration_seconds_bucket{engine=\"js\",le=\"0.1\"} 2\n"
                                "mayfly_invocation_duration_seconds_bucket{engine=\"js\",le=\"0.25\"} 2\n"
                                "mayfly_invocation_duration_seconds_bucket{engine=\"js\",le=\"0.5\"} 2\n"
                                "mayfly_invocation_duration_seconds_bucket{engine=\"js\",le=\"1\"} 2\n"
                                "mayfly_invocation_duration_seconds_bucket{engine=\"js\",le=\"2.5\"} 3\n"
                                "mayfly_invocation_duration_seconds_bucket{engine=\"js\",le=\"5\"} 3\n"
                                "mayfly_invocation_duration_seconds_bucket{engine=\"js\",le=\"10\"} 3\n"
                                "mayfly_invocation_duration_seconds_bucket{engine=\"js\",le=\"30\"} 3\n"
                                "mayfly_invocation_duration_seconds_bucket{engine=\"js\",le=\"60\"} 3\n"
                                "mayfly_invocation_duration_seconds_bucket{engine=\"js\",le=\"300\"} 4\n"
                                "mayfly_invocation_duration_seconds_bucket{engine=\"js\",le=\"+Inf\"} 5\n"
                                "mayfly_invocation_duration_seconds_count{engine=\"python\"} 0\n"));
  EXPECT_THAT(Text(), HasSubstr("mayfly_invocation_cpu_seconds_total{engine=\"js\"} 1.5\n"
                                "mayfly_invocation_cpu_seconds_total{engine=\"python\"} 0\n"));
}

TEST_F(DataPlaneMetricsTest, TellOfWorkersAndZygotes) {
  stats_.pool.by_language = {{{.starting = 1, .idle = 2, .busy = 3, .preparing = 4, .started = 50}, {.idle = 6}}};
  stats_.zygotes = {{{.up = true, .started = 2}, {.up = false, .started = 0}}};
  EXPECT_THAT(Text(),
              HasSubstr("# HELP mayfly_workers Workers by what they do.\n"
                        "# TYPE mayfly_workers gauge\n"
                        "mayfly_workers{engine=\"js\",state=\"starting\"} 1\n"
                        "mayfly_workers{engine=\"js\",state=\"idle\"} 2\n"
                        "mayfly_workers{engine=\"js\",state=\"busy\"} 3\n"
                        "mayfly_workers{engine=\"js\",state=\"preparing\"} 4\n"
                        "mayfly_workers{engine=\"python\",state=\"starting\"} 0\n"
                        "mayfly_workers{engine=\"python\",state=\"idle\"} 6\n"
                        "mayfly_workers{engine=\"python\",state=\"busy\"} 0\n"
                        "mayfly_workers{engine=\"python\",state=\"preparing\"} 0\n"
                        "# HELP mayfly_worker_starts_total Workers that have been asked for.\n"
                        "# TYPE mayfly_worker_starts_total counter\n"
                        "mayfly_worker_starts_total{engine=\"js\"} 50\n"
                        "mayfly_worker_starts_total{engine=\"python\"} 0\n"
                        "# HELP mayfly_zygote_up 1 while an engine's zygote is up: without it no worker can be made.\n"
                        "# TYPE mayfly_zygote_up gauge\n"
                        "mayfly_zygote_up{engine=\"js\"} 1\n"
                        "mayfly_zygote_up{engine=\"python\"} 0\n"
                        "# HELP mayfly_zygote_starts_total Zygotes that have been started; the first one counts.\n"
                        "# TYPE mayfly_zygote_starts_total counter\n"
                        "mayfly_zygote_starts_total{engine=\"js\"} 2\n"
                        "mayfly_zygote_starts_total{engine=\"python\"} 0\n"));
}

TEST_F(DataPlaneMetricsTest, TellWhatIsUnderWayAndWhatItsBoundsAre) {
  stats_.in_flight = 5;
  stats_.pool.waiting = 2;
  stats_.workers_max = 64;
  stats_.pool.memory_bytes = 256 << 20;
  stats_.memory_budget_bytes = int64_t{4} << 30;
  stats_.functions = 1000;
  stats_.pool.quarantined = 1;
  const std::string text = Text();
  for (const char* line : {"mayfly_invocations_in_flight 5", "mayfly_invocations_waiting 2", "mayfly_workers_max 64",
                           "mayfly_worker_memory_caps_bytes 268435456", "mayfly_worker_memory_budget_bytes 4294967296",
                           "mayfly_functions 1000", "mayfly_functions_quarantined 1"}) {
    EXPECT_THAT(text, HasSubstr(std::string("gauge\n") + line + "\n"));
  }
}

}  // namespace
}  // namespace mayfly
