#include "mayfly/process_stats.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <unistd.h>

#include <string>

namespace mayfly {
namespace {

// The name holds what separates fields elsewhere.
constexpr char kStat[] =
    "4242 (a) b (c) S 1 4242 4242 0 -1 4194560 100 200 3 4 150 50 7 8 20 0 9 0 1000 123456789 300 18446744073709551615 "
    "1 2 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0\n";

TEST(ProcessStatsTest, ReadsThePagesTicksAndBytesOfTheKernel) {
  const auto stats = ParseProcessStat(kStat, absl::FromUnixSeconds(1'000'000), 100, 4096);
  ASSERT_TRUE(stats.has_value());
  EXPECT_EQ(stats->cpu_time, absl::Seconds(2));
  EXPECT_EQ(stats->virtual_memory_bytes, 123456789);
  EXPECT_EQ(stats->resident_memory_bytes, 300 * 4096);
  EXPECT_EQ(stats->start, absl::FromUnixSeconds(1'000'010));
}

TEST(ProcessStatsTest, RefusesWhatIsNoSuchText) {
  for (const char* text :
       {"", "1 (x", "1 (x) ", "1 (x) S 1 2 3", "1 (x) S 1 4242 4242 0 -1 4194560 100 200 3 4 x 50 7"}) {
    EXPECT_FALSE(ParseProcessStat(text, absl::UnixEpoch(), 100, 4096).has_value()) << text;
  }
}

TEST(ProcessStatsTest, TellsOfThisProcess) {
  const auto before = ReadProcessStats();
  const int fd = open("/dev/null", O_RDONLY);
  const auto after = ReadProcessStats();
  close(fd);
  ASSERT_TRUE(before.has_value() && after.has_value());
  EXPECT_EQ(after->open_fds, before->open_fds + 1);
  EXPECT_GT(after->resident_memory_bytes, 0);
  EXPECT_GE(after->virtual_memory_bytes, after->resident_memory_bytes);
  EXPECT_GE(after->cpu_time, before->cpu_time);
  EXPECT_EQ(after->start, before->start);
  rlimit limit = {};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  if (limit.rlim_cur == RLIM_INFINITY) {
    EXPECT_FALSE(after->max_fds.has_value());
  } else {
    EXPECT_EQ(after->max_fds, static_cast<int64_t>(limit.rlim_cur));
  }
}

}  // namespace
}  // namespace mayfly
