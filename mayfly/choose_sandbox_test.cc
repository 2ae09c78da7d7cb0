#include "mayfly/choose_sandbox.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/status/statusor.h"
#include "base/error.h"
#include "dataplane/own_cgroup.h"

namespace mayfly {
namespace {

using runtime::SandboxLevel;
using runtime::SandboxReport;

SandboxReport Report(bool seccomp, int landlock_abi, const absl::Status& namespaces) {
  return {.seccomp = seccomp, .landlock_abi = landlock_abi, .namespaces = namespaces};
}

const SandboxReport& All() {
  static const auto& report = *new SandboxReport(Report(true, 7, absl::OkStatus()));
  return report;
}

const SandboxReport& Container() {
  static const auto& report = *new SandboxReport(Report(true, 6, absl::UnavailableError("unshare: no")));
  return report;
}

using Cgroup = absl::StatusOr<dataplane::OwnCgroup>;

Cgroup BothControllers() {
  return dataplane::OwnCgroup{.folder = "/g", .controllers = {"memory", "pids"}, .missing = ""};
}

std::string Choice(const SandboxOptions& options, const SandboxReport& report,
                   const Cgroup& cgroup = BothControllers()) {
  const absl::StatusOr<SandboxChoice> choice = ChooseSandbox(options, report, cgroup);
  return choice.ok() ? DescribeSandbox(*choice) : std::string(choice.status().message());
}

absl::StatusCode CodeOf(const SandboxOptions& options, const SandboxReport& report) {
  return ChooseSandbox(options, report, BothControllers()).status().code();
}

TEST(ChooseSandboxTest, TakesTheStrongestThatWorksAndSaysWhatIsMissing) {
  EXPECT_EQ(Choice({}, All()), "namespaces: seccomp, Landlock 7, namespaces, control groups (memory, pids)");
  EXPECT_EQ(Choice({}, Container()),
            "landlock: seccomp, Landlock 6, control groups (memory, pids); without namespaces (unshare: no)");
  EXPECT_EQ(Choice({}, Report(true, 0, absl::UnavailableError("no"))),
            "seccomp: seccomp, control groups (memory, pids); without Landlock (the kernel does not offer it), "
            "namespaces (no)");
}

TEST(ChooseSandboxTest, UsesNamespacesWithoutLandlockToo) {
  const absl::StatusOr<SandboxChoice> choice = ChooseSandbox({}, Report(true, 0, absl::OkStatus()), BothControllers());
  ASSERT_TRUE(choice.ok());
  EXPECT_TRUE(choice->parts.namespaces);
  EXPECT_FALSE(choice->parts.landlock);
  EXPECT_EQ(choice->level, SandboxLevel::kSeccomp);
}

TEST(ChooseSandboxTest, LeavesOutWhatIsAboveTheChosenLevel) {
  EXPECT_EQ(
      Choice({.level = SandboxLevel::kLandlock}, All()),
      "landlock: seccomp, Landlock 7, control groups (memory, pids); without namespaces (not chosen by --sandbox)");
  EXPECT_EQ(Choice({.level = SandboxLevel::kSeccomp}, All()),
            "seccomp: seccomp, control groups (memory, pids); without Landlock (not chosen by --sandbox), namespaces "
            "(not chosen by --sandbox)");
  const absl::StatusOr<SandboxChoice> choice =
      ChooseSandbox({.level = SandboxLevel::kSeccomp}, All(), BothControllers());
  ASSERT_TRUE(choice.ok());
  EXPECT_FALSE(choice->parts.landlock);
  EXPECT_FALSE(choice->parts.namespaces);
}

TEST(ChooseSandboxTest, RefusesALevelThatTheMachineDoesNotReach) {
  EXPECT_EQ(Choice({.level = SandboxLevel::kNamespaces}, Container()),
            "--sandbox=namespaces can't be had: the sandbox's level here is landlock: seccomp, Landlock 6, control "
            "groups (memory, "
            "pids); without namespaces (unshare: no)");
  EXPECT_EQ(CodeOf({.level = SandboxLevel::kNamespaces}, Container()), absl::StatusCode::kFailedPrecondition);
}

TEST(ChooseSandboxTest, RefusesToStartBelowTheLeast) {
  const SandboxOptions options = {.min = SandboxLevel::kNamespaces};
  EXPECT_EQ(Choice(options, Container()),
            "--min-sandbox=namespaces can't be had: the sandbox's level here is landlock: seccomp, Landlock 6, control "
            "groups (memory, "
            "pids); without namespaces (unshare: no)");
  EXPECT_EQ(CodeOf(options, Container()), absl::StatusCode::kFailedPrecondition);
  EXPECT_TRUE(ChooseSandbox(options, All(), BothControllers()).ok());
  EXPECT_EQ(CodeOf({.min = SandboxLevel::kLandlock}, Report(true, 0, absl::OkStatus())),
            absl::StatusCode::kFailedPrecondition);
}

TEST(ChooseSandboxTest, NeedsSeccompAlways) {
  EXPECT_EQ(Choice({}, Report(false, 7, absl::OkStatus())),
            "--min-sandbox=seccomp can't be had: the sandbox's level here is none: Landlock 7, namespaces, control "
            "groups (memory, pids); without "
            "seccomp (the kernel does not offer it)");
}

TEST(ChooseSandboxTest, SaysWhyThereAreNoControlGroups) {
  const Cgroup none = absl::UnavailableError("other processes are in /a too");
  EXPECT_EQ(Choice({}, All(), none),
            "namespaces: seccomp, Landlock 7, namespaces; without control groups (other processes are in /a too)");
  EXPECT_EQ(Choice({.cgroup = CgroupUse::kOff}, All()),
            "namespaces: seccomp, Landlock 7, namespaces; without control groups (turned off by --cgroup)");
  const Cgroup part =
      dataplane::OwnCgroup{.folder = "/g", .controllers = {"pids"}, .missing = "no memory: not delegated"};
  EXPECT_EQ(Choice({}, All(), part),
            "namespaces: seccomp, Landlock 7, namespaces, control groups (pids); without the other limit of control "
            "groups (no memory: not delegated)");
}

TEST(ChooseSandboxTest, ControlGroupsAreNoLevel) {
  const Cgroup none = absl::UnavailableError("no");
  EXPECT_TRUE(ChooseSandbox({.min = SandboxLevel::kNamespaces}, All(), none).ok());
}

TEST(ChooseSandboxTest, RequiresControlGroupsWithBothLimits) {
  const SandboxOptions options = {.cgroup = CgroupUse::kRequire};
  EXPECT_TRUE(ChooseSandbox(options, All(), BothControllers()).ok());
  EXPECT_EQ(Choice(options, All(), absl::UnavailableError("no")),
            "--cgroup=require can't be had: the sandbox's level here is namespaces: seccomp, Landlock 7, namespaces; "
            "without control groups (no)");
  const Cgroup part =
      dataplane::OwnCgroup{.folder = "/g", .controllers = {"memory"}, .missing = "no pids: not delegated"};
  EXPECT_EQ(ChooseSandbox(options, All(), part).status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST(ChooseSandboxTest, RefusesWhatContradictsItself) {
  const SandboxOptions options = {.level = SandboxLevel::kSeccomp, .min = SandboxLevel::kLandlock};
  EXPECT_EQ(Choice(options, All()), "--sandbox=seccomp is below --min-sandbox=landlock");
  EXPECT_EQ(CodeOf(options, All()), absl::StatusCode::kInvalidArgument);
}

TEST(ChooseSandboxTest, LeavesTheFilesToADebugger) {
  EXPECT_EQ(Choice({.debug = true}, All()),
            "landlock: seccomp, Landlock 7, control groups (memory, pids); without namespaces (left out by "
            "--keep-crashed-worker)");
  EXPECT_EQ(CodeOf({.min = SandboxLevel::kNamespaces, .debug = true}, All()), absl::StatusCode::kFailedPrecondition);
}

}  // namespace
}  // namespace mayfly
