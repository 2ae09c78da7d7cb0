#include "mayfly/serve_flags.h"

#include <gtest/gtest.h>
#include <stdlib.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <string>
#include <vector>

namespace mayfly {
namespace {

class ServeFlagsTest : public testing::Test {
 protected:
  ServeFlagsTest() { DeclareServeFlags(command_, options_); }

  // CLI11 takes the arguments from the back.
  void Parse(std::vector<std::string> arguments) {
    std::reverse(arguments.begin(), arguments.end());
    command_.parse(arguments);
  }

  ServeOptions options_;
  CLI::App command_;
};

TEST_F(ServeFlagsTest, FillTheOptions) {
  Parse({"--port=0",
         "--grpc-port",
         "7",
         "--address",
         "::1",
         "--role",
         "data",
         "--control-plane",
         "x:1",
         "--max-workers",
         "3",
         "--max-worker-memory",
         "256",
         "--worker-max-age",
         "1m30s",
         "--load-timeout",
         "2s",
         "--max-body",
         "1",
         "--max-crashes",
         "2",
         "--min-quarantine",
         "20ms",
         "--max-quarantine",
         "5s",
         "--overcommit-memory",
         "--max-timeout",
         "10s",
         "--max-cpu-time",
         "1500ms",
         "--max-event",
         "1",
         "--max-result",
         "2",
         "--max-logs",
         "64",
         "--max-source",
         "3",
         "--keep-crashed-worker",
         "--metrics-port",
         "0",
         "--metrics-address",
         "0.0.0.0",
         "--insecure-no-auth"});
  EXPECT_EQ(options_.port, 0);
  EXPECT_EQ(options_.grpc_port, 7);
  EXPECT_EQ(options_.address, "::1");
  EXPECT_EQ(options_.role, RoleName::kData);
  EXPECT_EQ(options_.control_plane, "x:1");
  EXPECT_EQ(options_.pool.workers_max, 3);
  EXPECT_EQ(options_.pool.memory_budget_bytes, int64_t{256} << 20);
  EXPECT_EQ(options_.pool.worker_age_max, absl::Seconds(90));
  EXPECT_EQ(options_.pool.load_time_max, absl::Seconds(2));
  EXPECT_EQ(options_.body_bytes_max, kMiB);
  EXPECT_EQ(options_.pool.crashes_max, 2);
  EXPECT_EQ(options_.pool.quarantine_time_min, absl::Milliseconds(20));
  EXPECT_EQ(options_.pool.quarantine_time_max, absl::Seconds(5));
  EXPECT_TRUE(options_.overcommits_memory);
  EXPECT_EQ(options_.call_limits.timeout_max, absl::Seconds(10));
  EXPECT_EQ(options_.call_limits.cpu_time_max, absl::Milliseconds(1500));
  EXPECT_EQ(options_.call_limits.event_bytes_max, kMiB);
  EXPECT_EQ(options_.call_limits.result_bytes_max, 2 * kMiB);
  EXPECT_EQ(options_.call_limits.log_bytes_max, 64 * kKiB);
  EXPECT_EQ(options_.call_limits.source_bytes_max, 3 * kMiB);
  EXPECT_TRUE(options_.keep_crashed_worker);
  EXPECT_TRUE(options_.is_open);
  EXPECT_EQ(options_.metrics_port, 0);
  EXPECT_EQ(options_.metrics_address, "0.0.0.0");
}

TEST_F(ServeFlagsTest, OpenNoMetricsPortUnlessOneIsNamed) {
  Parse({});
  EXPECT_EQ(options_.metrics_port, std::nullopt);
  EXPECT_EQ(options_.metrics_address, "127.0.0.1");
}

TEST_F(ServeFlagsTest, HaveEnvironmentVariablesThatCountLess) {
  setenv("MAYFLY_MAX_QUEUE", "12", 1);
  setenv("MAYFLY_DRAIN_TIMEOUT", "3s", 1);
  setenv("MAYFLY_ROLE", "gateway", 1);
  setenv("MAYFLY_PORT", "1", 1);
  setenv("MAYFLY_METRICS_PORT", "9464", 1);
  Parse({"--port", "2"});
  for (const char* name :
       {"MAYFLY_MAX_QUEUE", "MAYFLY_DRAIN_TIMEOUT", "MAYFLY_ROLE", "MAYFLY_PORT", "MAYFLY_METRICS_PORT"})
    unsetenv(name);
  EXPECT_EQ(options_.pool.queue_max, 12);
  EXPECT_EQ(options_.drain_time_max, absl::Seconds(3));
  EXPECT_EQ(options_.role, RoleName::kGateway);
  EXPECT_EQ(options_.port, 2);
  EXPECT_EQ(options_.metrics_port, 9464);
}

TEST_F(ServeFlagsTest, RefuseWhatIsOutOfRange) {
  for (const std::vector<std::string>& wrong : std::vector<std::vector<std::string>>{{"--port", "65536"},
                                                                                     {"--port", "-1"},
                                                                                     {"--max-workers", "0"},
                                                                                     {"--worker-max-age", "soon"},
                                                                                     {"--worker-max-age", "-1s"},
                                                                                     {"--max-body", "0"},
                                                                                     {"--max-event", "0"},
                                                                                     {"--max-event", "7"},
                                                                                     {"--max-result", "7"},
                                                                                     {"--max-logs", "257"},
                                                                                     {"--max-source", "17"},
                                                                                     {"--max-crashes", "0"},
                                                                                     {"--max-quarantine", "inf"},
                                                                                     {"--max-cpu-time", "0s"},
                                                                                     {"--role", "king"}}) {
    EXPECT_THROW(Parse(wrong), CLI::ParseError) << wrong[0] << " " << wrong[1];
  }
}

TEST_F(ServeFlagsTest, SayWhichNumbersTheyTake) {
  const auto refusal = [this](const std::string& flag, const std::string& value) -> std::string {
    try {
      Parse({flag, value});
    } catch (const CLI::ParseError& error) {
      return error.what();
    }
    return "";
  };
  EXPECT_EQ(refusal("--port", "65536"), "--port: '65536' is not a whole number from 0 to 65535");
  EXPECT_EQ(refusal("--metrics-port", "65536"), "--metrics-port: '65536' is not a whole number from 0 to 65535");
  EXPECT_EQ(refusal("--max-crashes", "0"), "--max-crashes: '0' is not a whole number of 1 or more");
  EXPECT_EQ(refusal("--max-queue", "many"), "--max-queue: 'many' is not a whole number of 1 or more");
  EXPECT_EQ(refusal("--max-event", "100MiB"), "--max-event: '100MiB' is not a whole number from 1 to 6 (MiB)");
  EXPECT_EQ(refusal("--max-logs", "257"), "--max-logs: '257' is not a whole number from 1 to 256 (KiB)");
  EXPECT_EQ(refusal("--max-worker-memory", "4GiB"),
            "--max-worker-memory: '4GiB' is not a whole number of 1 or more (MiB)");
  EXPECT_EQ(refusal("--max-crashes", "5000000000"), "--max-crashes: '5000000000' is not a whole number of 1 or more");
}

}  // namespace
}  // namespace mayfly
