#include "mayfly/serve_options.h"

#include <gtest/gtest.h>

namespace mayfly {
namespace {

TEST(ServeOptionsTest, AnAddressOthersReachNeedsATokenOrAPlainNo) {
  for (const char* loopback : {"127.0.0.1", "127.1.2.3", "::1"}) {
    EXPECT_TRUE(ValidateServeOptions({.address = loopback}).ok()) << loopback;
  }
  for (const char* open : {"0.0.0.0", "::", "10.0.0.1"}) {
    const absl::Status status = ValidateServeOptions({.address = open});
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(status.message(), "--address " + std::string(open) +
                                    " can be reached by others: give --token-file FILE, or --insecure-no-auth if that "
                                    "is meant");
    EXPECT_TRUE(ValidateServeOptions({.address = open, .tokens = {"t"}}).ok());
    EXPECT_TRUE(ValidateServeOptions({.address = open, .is_open = true}).ok());
  }
  EXPECT_EQ(ValidateServeOptions({.address = "here"}).message(), "--address here is no IP address");
}

TEST(ServeOptionsTest, RefusesAMetricsAddressThatIsNoIpAddress) {
  EXPECT_TRUE(ValidateServeOptions({.metrics_address = "0.0.0.0"}).ok());
  EXPECT_EQ(ValidateServeOptions({.metrics_address = "here"}).message(), "--metrics-address here is no IP address");
}

TEST(ServeOptionsTest, WorkersGetNoMoreMemoryThanThereIsUnlessThatIsMeant) {
  ServeOptions options{.memory_bytes = int64_t{1} << 30};
  options.pool.memory_budget_bytes = int64_t{1} << 30;
  EXPECT_TRUE(ValidateServeOptions(options).ok());
  options.pool.memory_budget_bytes += int64_t{1} << 20;
  const absl::Status status = ValidateServeOptions(options);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(),
            "--max-worker-memory 1025 is more than the 1024 MiB that this process may use: give less, or "
            "--overcommit-memory if the kernel may end it when its workers use what they are given");
  options.overcommits_memory = true;
  EXPECT_TRUE(ValidateServeOptions(options).ok());
}

TEST(ServeOptionsTest, AQuarantineBeginsNoLongerThanItMayBecome) {
  ServeOptions options;
  options.pool.quarantine_time_min = options.pool.quarantine_time_max;
  EXPECT_TRUE(ValidateServeOptions(options).ok());
  options.pool.quarantine_time_min += absl::Minutes(9);
  const absl::Status status = ValidateServeOptions(options);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(status.message(), "--min-quarantine 10m is more than --max-quarantine 1m");
}

TEST(ServeOptionsTest, ARoleNeedsItsPeers) {
  EXPECT_EQ(ValidateServeOptions({.role = RoleName::kControl}).message(),
            "--role=control needs --data-plane HOST:PORT");
  EXPECT_EQ(ValidateServeOptions({.role = RoleName::kData}).message(), "--role=data needs --control-plane HOST:PORT");
  EXPECT_EQ(ValidateServeOptions({.role = RoleName::kGateway, .control_plane = "x:1"}).message(),
            "--role=gateway needs --data-plane HOST:PORT");
  EXPECT_TRUE(ValidateServeOptions({.role = RoleName::kGateway, .control_plane = "x:1", .data_plane = "y:2"}).ok());
}

}  // namespace
}  // namespace mayfly
