#include "mayfly/examine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace mayfly {
namespace {

TEST(ExamineTest, LooksAtWhatMayflyNeedsAndAdvisesWhereItIsNotGood) {
  std::vector<std::string> names;
  for (const cli::Finding& finding : ExamineMachine("/nowhere/mayfly", {})) {
    names.push_back(finding.name);
    EXPECT_FALSE(finding.detail.empty()) << finding.name;
    EXPECT_EQ(finding.advice.empty(), finding.state == cli::Finding::State::kGood) << finding.name;
  }
  // There are no workers.
  EXPECT_THAT(names,
              testing::ElementsAre("kernel", "resources", "engines", "sandbox", "pidfd", "isolation", "  userfaultfd",
                                   "  pagemap-scan", "  pagemap", "  dontneed", "HTTP port", "gRPC port"));
}

TEST(ExamineTest, SaysWhichIsolationIsInUseAndWhy) {
  const auto isolation = [](const IsolationOptions& options) {
    for (const cli::Finding& finding : ExamineMachine("/nowhere/mayfly", options)) {
      if (finding.name == "isolation") return finding;
    }
    return cli::Finding{};
  };
  EXPECT_EQ(isolation({.strategy = IsolationStrategy::kFresh}).detail, "fresh: chosen by --isolation=fresh");
  EXPECT_EQ(isolation({.strategy = IsolationStrategy::kFresh, .rewind = runtime::RewindWay::kPagemap}).state,
            cli::Finding::State::kBad);
}

}  // namespace
}  // namespace mayfly
