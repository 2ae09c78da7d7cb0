#include "mayfly/examine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

namespace mayfly {
namespace {

TEST(ExamineTest, LooksAtWhatMayflyNeedsAndAdvisesWhereItIsNotGood) {
  std::vector<std::string> names;
  for (const cli::Finding& finding : ExamineMachine("/nowhere/mayfly")) {
    names.push_back(finding.name);
    EXPECT_FALSE(finding.detail.empty()) << finding.name;
    EXPECT_EQ(finding.advice.empty(), finding.state == cli::Finding::State::kGood) << finding.name;
  }
  // There are no workers.
  EXPECT_THAT(names,
              testing::ElementsAre("kernel", "resources", "engines", "sandbox", "pidfd", "HTTP port", "gRPC port"));
}

}  // namespace
}  // namespace mayfly
