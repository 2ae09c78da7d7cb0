#include "dataplane/own_cgroup.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"

namespace mayfly::dataplane {
namespace {

using ::testing::ElementsAre;

constexpr char kAdvice[] = "; start the server by systemd-run --user --scope -p Delegate=yes";
constexpr char kMount[] = "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw,nsdelegate\n";

// A machine with this process alone in the group /a/b, which is delegated to it; each test changes what it is about.
class OwnCgroupTest : public testing::Test {
 protected:
  OwnCgroupTest() : root_(absl::StrCat(testing::TempDir(), "/own_cgroup_", getpid())) {
    std::filesystem::remove_all(root_);
    Write("/proc/self/cgroup", "0::/a/b\n");
    Write("/proc/self/mountinfo", absl::StrCat("22 1 8:1 / / rw - ext4 /dev/root rw\n", kMount));
    MakeGroup("/sys/fs/cgroup/a/b");
  }
  ~OwnCgroupTest() override { std::filesystem::remove_all(root_); }

  void MakeGroup(const std::string& folder) {
    Write(folder + "/cgroup.controllers", "cpu memory pids\n");
    Write(folder + "/cgroup.type", "domain\n");
    Write(folder + "/cgroup.procs", absl::StrCat(getpid(), "\n"));
    Write(folder + "/cgroup.subtree_control", "\n");
  }

  void Write(const std::string& path, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(root_ + path).parent_path());
    std::ofstream(root_ + path) << text;
  }
  void Remove(const std::string& path) { std::filesystem::remove(root_ + path); }

  std::string Why() const { return std::string(FindOwnCgroup(root_).status().message()); }

  const std::string root_;
};

TEST_F(OwnCgroupTest, FindsAGroupThatIsDelegated) {
  const absl::StatusOr<OwnCgroup> own = FindOwnCgroup(root_);
  ASSERT_TRUE(own.ok()) << own.status();
  EXPECT_EQ(own->folder, root_ + "/sys/fs/cgroup/a/b");
  EXPECT_THAT(own->controllers, ElementsAre("memory", "pids"));
  EXPECT_EQ(own->missing, "");
  EXPECT_FALSE(own->is_root);
}

TEST_F(OwnCgroupTest, FindsItWhereOnlyAPartOfTheHierarchyIsMounted) {
  Write("/proc/self/mountinfo", "30 23 0:26 /a /mnt/groups rw - cgroup2 cgroup2 rw\n");
  MakeGroup("/mnt/groups/b");
  EXPECT_EQ(FindOwnCgroup(root_)->folder, root_ + "/mnt/groups/b");
  Write("/proc/self/mountinfo", "30 23 0:26 /a/b /mnt/groups rw - cgroup2 cgroup2 rw\n");
  MakeGroup("/mnt/groups");
  EXPECT_EQ(FindOwnCgroup(root_)->folder, root_ + "/mnt/groups");
}

TEST_F(OwnCgroupTest, TheRootMayHoldOthersToo) {
  Write("/proc/self/cgroup", "0::/\n");
  MakeGroup("/sys/fs/cgroup");
  Write("/sys/fs/cgroup/cgroup.procs", "1\n2\n");
  Remove("/sys/fs/cgroup/cgroup.type");
  const absl::StatusOr<OwnCgroup> own = FindOwnCgroup(root_);
  ASSERT_TRUE(own.ok()) << own.status();
  EXPECT_TRUE(own->is_root);
}

TEST_F(OwnCgroupTest, TakesOneControllerAndSaysWhatIsMissing) {
  Write("/sys/fs/cgroup/a/b/cgroup.controllers", "pids\n");
  EXPECT_THAT(FindOwnCgroup(root_)->controllers, ElementsAre("pids"));
  EXPECT_EQ(FindOwnCgroup(root_)->missing, "no memory: not delegated");
  Write("/sys/fs/cgroup/a/b/cgroup.controllers", "memory\n");
  Write("/proc/self/cgroup", "4:cpuset,pids:/\n0::/a/b\n");
  EXPECT_THAT(FindOwnCgroup(root_)->controllers, ElementsAre("memory"));
  EXPECT_EQ(FindOwnCgroup(root_)->missing, "no pids: version 1 of control groups has it");
}

TEST_F(OwnCgroupTest, SaysWhenThereIsNoController) {
  Write("/sys/fs/cgroup/a/b/cgroup.controllers", "cpu hugetlb\n");
  EXPECT_EQ(Why(), "/sys/fs/cgroup/a/b has no memory: not delegated, no pids: not delegated");
  Write("/proc/self/cgroup", "8:pids:/\n4:memory:/x\n0::/a/b\n");
  EXPECT_EQ(
      Why(),
      "/sys/fs/cgroup/a/b has no memory: version 1 of control groups has it, no pids: version 1 of control groups "
      "has it");
  Write("/proc/self/cgroup", "8:pids:/\n0::/a/b\n");
  EXPECT_EQ(Why(), "/sys/fs/cgroup/a/b has no memory: not delegated, no pids: version 1 of control groups has it");
}

TEST_F(OwnCgroupTest, SaysWhenTheMachineHasNoVersion2) {
  Write("/proc/self/cgroup", "4:memory:/x\n");
  EXPECT_EQ(Why(), "version 2 of control groups is not mounted here");
  Write("/proc/self/cgroup", "0::/a/b\n");
  Write("/proc/self/mountinfo", "22 1 8:1 / / rw - ext4 /dev/root rw\n30 23 0:26 / /c rw - cgroup cgroup rw,pids\n");
  EXPECT_EQ(Why(), "version 2 of control groups is not mounted here");
}

TEST_F(OwnCgroupTest, SaysWhenItsGroupIsOutOfReach) {
  Write("/proc/self/cgroup", "0::/../c\n");
  EXPECT_EQ(Why(), "this process's group /../c is outside of /sys/fs/cgroup");
  Write("/proc/self/cgroup", "0::/ab\n");
  Write("/proc/self/mountinfo", "30 23 0:26 /a /sys/fs/cgroup rw - cgroup2 cgroup2 rw\n");
  EXPECT_EQ(Why(), "this process's group /ab is outside of /sys/fs/cgroup");
}

TEST_F(OwnCgroupTest, SaysWhenItMayNotWriteThere) {
  Remove("/sys/fs/cgroup/a/b/cgroup.subtree_control");
  EXPECT_EQ(Why(), absl::StrCat("can't write to /sys/fs/cgroup/a/b/cgroup.subtree_control: No such file or directory",
                                kAdvice));
}

TEST_F(OwnCgroupTest, SaysWhenOthersAreInTheGroup) {
  Write("/sys/fs/cgroup/a/b/cgroup.procs", absl::StrCat(getpid(), "\n1\n"));
  EXPECT_EQ(Why(), absl::StrCat("other processes are in /sys/fs/cgroup/a/b too", kAdvice));
}

}  // namespace
}  // namespace mayfly::dataplane
