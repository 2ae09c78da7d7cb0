#include "dataplane/pool_limits.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

namespace mayfly::dataplane {
namespace {

constexpr int64_t kGiB = int64_t{1} << 30;

// A /proc and a /sys of the test's own.
class ProbeMachineTest : public ::testing::Test {
 protected:
  void SetUp() override {
    std::filesystem::remove_all(root_);
    Write("/proc/meminfo", "MemTotal:       8388608 kB\nMemFree: 1 kB\n");
  }
  void Write(const std::string& path, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(root_ + path).parent_path());
    std::ofstream(root_ + path) << text;
  }

  const std::string root_ = std::string(::testing::TempDir()) + "probe_machine_test";
};

TEST_F(ProbeMachineTest, TakesTheMachinesMemoryWithoutACgroup) {
  EXPECT_EQ(ProbeMachine(root_).memory_bytes, 8 * kGiB);
  EXPECT_GE(ProbeMachine(root_).cores, 1);
}

TEST_F(ProbeMachineTest, TakesTheSmallestLimitOfTheCgroupsAboveIt) {
  Write("/proc/self/cgroup", "0::/a/b\n");
  Write("/sys/fs/cgroup/a/b/memory.max", "max\n");
  Write("/sys/fs/cgroup/a/memory.max", "1073741824\n");
  Write("/sys/fs/cgroup/a/b/cpu.max", "50000 100000\n");
  Write("/sys/fs/cgroup/a/cpu.max", "max 100000\n");
  EXPECT_EQ(ProbeMachine(root_).memory_bytes, kGiB);
  EXPECT_DOUBLE_EQ(ProbeMachine(root_).cores, 0.5);
}

TEST_F(ProbeMachineTest, TakesAContainersOwnFiles) {
  Write("/proc/self/cgroup", "0::/\n");
  Write("/sys/fs/cgroup/memory.max", "2147483648\n");
  EXPECT_EQ(ProbeMachine(root_).memory_bytes, 2 * kGiB);
}

TEST_F(ProbeMachineTest, TakesTheLimitsOfTheFirstVersionOfCgroups) {
  Write("/proc/self/cgroup", "4:memory:/a/b\n2:cpu,cpuacct:/c\n1:name=systemd:/\n0::/\n");
  Write("/sys/fs/cgroup/memory/a/b/memory.limit_in_bytes", "9223372036854771712\n");
  Write("/sys/fs/cgroup/memory/a/memory.limit_in_bytes", "1073741824\n");
  Write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "9223372036854771712\n");
  Write("/sys/fs/cgroup/cpu,cpuacct/c/cpu.cfs_quota_us", "50000\n");
  Write("/sys/fs/cgroup/cpu,cpuacct/c/cpu.cfs_period_us", "100000\n");
  Write("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_quota_us", "-1\n");
  Write("/sys/fs/cgroup/cpu,cpuacct/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(ProbeMachine(root_).memory_bytes, kGiB);
  EXPECT_DOUBLE_EQ(ProbeMachine(root_).cores, 0.5);
}

TEST_F(ProbeMachineTest, TakesAContainersOwnFilesOfTheFirstVersion) {
  Write("/proc/self/cgroup", "4:memory:/docker/0123\n");
  Write("/sys/fs/cgroup/memory/memory.limit_in_bytes", "2147483648\n");
  EXPECT_EQ(ProbeMachine(root_).memory_bytes, 2 * kGiB);
}

TEST_F(ProbeMachineTest, IgnoresWhatItCannotRead) {
  Write("/proc/self/cgroup", "0::/a\n");
  Write("/sys/fs/cgroup/a/memory.max", "lots\n");
  Write("/sys/fs/cgroup/a/cpu.max", "0 0\n");
  EXPECT_EQ(ProbeMachine(root_).memory_bytes, 8 * kGiB);
}

TEST(DefaultPoolLimitsTest, FollowsTheCores) {
  const PoolLimits limits = DefaultPoolLimits({.cores = 4, .memory_bytes = 64 * kGiB});
  EXPECT_EQ(limits.workers_max, 64);
  EXPECT_EQ(limits.workers_per_function_max, 16);
  EXPECT_EQ(limits.workers_at_once, 8);
  EXPECT_EQ(limits.memory_budget_bytes, 48 * kGiB);
}

TEST(DefaultPoolLimitsTest, FollowsTheMemory) {
  const PoolLimits limits = DefaultPoolLimits({.cores = 4, .memory_bytes = kGiB});
  EXPECT_EQ(limits.workers_max, 6);
  EXPECT_EQ(limits.workers_per_function_max, 6);
  EXPECT_EQ(limits.memory_budget_bytes, kGiB / 4 * 3);
}

TEST(MemoryBudgetTest, LeavesTheServerAndItsZygotesTheirs) {
  constexpr int64_t kMib = static_cast<int64_t>(kMiB);
  const auto budget_mib = [](int64_t mib) { return MemoryBudget({.cores = 1, .memory_bytes = mib * kMib}) / kMib; };
  EXPECT_EQ(budget_mib(4096), 3072);
  EXPECT_EQ(budget_mib(768), 576);
  EXPECT_EQ(budget_mib(512), 320);  // 192 are the server's
  EXPECT_EQ(budget_mib(256), 64);
  EXPECT_EQ(budget_mib(192), 0);
  EXPECT_EQ(budget_mib(1), 0);
}

TEST(DefaultPoolLimitsTest, ASmallMachineHasAtLeastOneWorker) {
  const PoolLimits limits = DefaultPoolLimits({.cores = 0.1, .memory_bytes = 1});
  EXPECT_EQ(limits.workers_at_once, 2);
  EXPECT_EQ(limits.workers_max, 1);
  EXPECT_EQ(limits.workers_per_function_max, 1);
  EXPECT_EQ(DefaultPoolLimits({.cores = 0.1, .memory_bytes = 64 * kGiB}).workers_max, 8);
}

}  // namespace
}  // namespace mayfly::dataplane
