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

TEST(ExamineTest, SaysHowWorkersAreLockedIn) {
  const auto sandbox = [](const SandboxOptions& options) {
    for (const cli::Finding& finding : ExamineMachine("/nowhere/mayfly", {.sandbox = options})) {
      if (finding.name == "sandbox") return finding;
    }
    return cli::Finding{};
  };
  const cli::Finding chosen = sandbox({.level = runtime::SandboxLevel::kSeccomp, .cgroup = CgroupUse::kOff});
  EXPECT_EQ(chosen.state, cli::Finding::State::kWarning);
  EXPECT_EQ(
      chosen.detail,
      "seccomp: seccomp; without Landlock (not chosen by --sandbox), namespaces (not chosen by --sandbox), control "
      "groups (turned off by --cgroup)");
  EXPECT_EQ(sandbox({.level = runtime::SandboxLevel::kSeccomp, .min = runtime::SandboxLevel::kLandlock}).state,
            cli::Finding::State::kBad);
}

}  // namespace
}  // namespace mayfly
