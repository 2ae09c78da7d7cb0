#include "runtime/rewind/rewind_probe.h"

#include <gtest/gtest.h>

#include <iterator>
#include <vector>

namespace mayfly::runtime {
namespace {

TEST(RewindProbe, TriesEachWayBestFirst) {
  const std::vector<RewindProbe> probes = ProbeRewindWays();
  ASSERT_EQ(probes.size(), std::size(kRewindWays));
  for (size_t i = 0; i < probes.size(); ++i) EXPECT_EQ(probes[i].way, kRewindWays[i]);
}

TEST(RewindProbe, PrivateMappingsOfAFileWorkOnAnyKernel) {
  EXPECT_TRUE(ProbeRewindWays().back().status.ok()) << ProbeRewindWays().back().status;
}

TEST(RewindProbe, AWayThatIsRefusedSaysWhy) {
  for (const RewindProbe& probe : ProbeRewindWays()) {
    EXPECT_EQ(probe.status.ok(), probe.status.message().empty()) << RewindWayName(probe.way);
  }
}

TEST(RewindWay, HasANameThatIsReadBack) {
  for (const RewindWay way : kRewindWays) EXPECT_EQ(ParseRewindWay(RewindWayName(way)), way);
  EXPECT_EQ(ParseRewindWay("fresh"), std::nullopt);
}

}  // namespace
}  // namespace mayfly::runtime
