#include "mayfly/choose_isolation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

namespace mayfly {
namespace {

using runtime::RewindProbe;
using runtime::RewindWay;

// A machine on which the ways of `works` do.
std::vector<RewindProbe> Machine(const std::vector<RewindWay>& works) {
  std::vector<RewindProbe> probes;
  for (const RewindWay way : runtime::kRewindWays) {
    const bool is_there = std::find(works.begin(), works.end(), way) != works.end();
    const std::string refusal = std::string(runtime::RewindWayName(way)) + ": refused";
    probes.push_back({.way = way, .status = is_there ? absl::OkStatus() : absl::UnavailableError(refusal)});
  }
  return probes;
}

std::string Choice(const IsolationOptions& options, const std::vector<RewindWay>& works) {
  const absl::StatusOr<dataplane::Isolation> isolation = ChooseIsolation(options, Machine(works));
  return isolation.ok() ? DescribeIsolation(*isolation) : std::string(isolation.status().message());
}

TEST(ChooseIsolationTest, TakesTheBestWayThatWorks) {
  EXPECT_EQ(Choice({}, {RewindWay::kUserfaultfd, RewindWay::kPagemap}),
            "rewind by userfaultfd: userfaultfd works here");
  EXPECT_EQ(Choice({}, {RewindWay::kPagemap, RewindWay::kDontNeed}),
            "rewind by pagemap: pagemap works here (userfaultfd: refused; pagemap-scan: refused)");
  EXPECT_EQ(Choice({.strategy = IsolationStrategy::kRewind}, {RewindWay::kDontNeed}),
            "rewind by dontneed: dontneed works here (userfaultfd: refused; pagemap-scan: refused; pagemap: refused)");
}

TEST(ChooseIsolationTest, RunsFreshWhereNoWayWorksUnlessRewindIsInsistedOn) {
  const std::string why =
      "no way of rewinding works here: userfaultfd: refused; pagemap-scan: refused; pagemap: refused; dontneed: "
      "refused";
  EXPECT_EQ(Choice({}, {}), "fresh: " + why);
  EXPECT_EQ(Choice({.strategy = IsolationStrategy::kRewind}, {}), "--isolation=rewind does not work here: " + why);
  EXPECT_EQ(ChooseIsolation({.strategy = IsolationStrategy::kRewind}, Machine({})).status().code(),
            absl::StatusCode::kFailedPrecondition);
}

TEST(ChooseIsolationTest, DoesAsItIsTold) {
  EXPECT_EQ(Choice({.strategy = IsolationStrategy::kFresh}, {RewindWay::kUserfaultfd}),
            "fresh: chosen by --isolation=fresh");
  EXPECT_EQ(Choice({.rewind = RewindWay::kPagemap}, {RewindWay::kUserfaultfd, RewindWay::kPagemap}),
            "rewind by pagemap: chosen by --rewind=pagemap");
}

TEST(ChooseIsolationTest, RefusesAWayThatDoesNotWork) {
  EXPECT_EQ(Choice({.rewind = RewindWay::kUserfaultfd}, {RewindWay::kPagemap}),
            "--rewind=userfaultfd does not work here: userfaultfd: refused");
}

TEST(ChooseIsolationTest, RefusesAWayOfRewindingUnderFresh) {
  const IsolationOptions options = {.strategy = IsolationStrategy::kFresh, .rewind = RewindWay::kPagemap};
  EXPECT_EQ(Choice(options, {RewindWay::kPagemap}), "--rewind=pagemap contradicts --isolation=fresh: give only one");
  EXPECT_EQ(ChooseIsolation(options, Machine({})).status().code(), absl::StatusCode::kInvalidArgument);
}

TEST(ChooseIsolationTest, TriesThisMachine) {
  const absl::StatusOr<dataplane::Isolation> isolation = ChooseIsolation({});
  ASSERT_TRUE(isolation.ok()) << isolation.status();
  EXPECT_FALSE(isolation->reason.empty());
}

}  // namespace
}  // namespace mayfly
