#include "dataplane/worker_cgroups.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <linux/sched.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <set>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/limits.h"

namespace mayfly::dataplane {
namespace {

namespace fs = std::filesystem;

constexpr int64_t kMemoryBytes = 32 * int64_t{kMiB};

std::set<std::string> NamesIn(const std::string& folder) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename());
  return names;
}

std::string FirstLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

std::string PathOf(const WorkerCgroup& group) {
  return fs::read_symlink(absl::StrCat("/proc/self/fd/", group.folder()));
}

TEST(CgroupMemoryBytesTest, IsAllThatAWorkerMayHaveByItsOtherLimits) {
  EXPECT_EQ(CgroupMemoryBytes(128 * int64_t{kMiB}, HasCheckpoint::kNo), (128 + 17 + 8 + 64) * int64_t{kMiB});
  EXPECT_EQ(CgroupMemoryBytes(128 * int64_t{kMiB}, HasCheckpoint::kYes), (2 * 128 + 17 + 8 + 64) * int64_t{kMiB});
}

TEST(WorkerCgroupTest, NoneHasNoFolderAndDidNotRunOut) {
  const WorkerCgroup none;
  EXPECT_EQ(none.folder(), -1);
  EXPECT_FALSE(none.RanOutOfMemory());
}

// A folder that is no group: what is made there by steps that fail later.
class FakeGroupTest : public testing::Test {
 protected:
  FakeGroupTest() : folder_(absl::StrCat(testing::TempDir(), "/worker_cgroups_", getpid())) {
    fs::remove_all(folder_);
    fs::create_directories(folder_);
  }
  ~FakeGroupTest() override { fs::remove_all(folder_); }

  OwnCgroup Own() const { return {.folder = folder_, .controllers = {"memory", "pids"}, .missing = ""}; }
  std::string Why(WorkerCgroups::Move move = WorkerCgroups::Move::kAllowed) const {
    return std::string(WorkerCgroups::Open(Own(), move).status().message());
  }

  const std::string folder_;
};

TEST_F(FakeGroupTest, LeavesNothingOfWhatItHasBegun) {
  EXPECT_EQ(Why(), "moving the server into a group of its own: No such file or directory");
  EXPECT_EQ(NamesIn(folder_), std::set<std::string>());
}

TEST_F(FakeGroupTest, MovesNobodyElsesProcess) {
  EXPECT_EQ(Why(WorkerCgroups::Move::kRefused), "only a server moves its own process out of their way");
  EXPECT_EQ(NamesIn(folder_), std::set<std::string>());
}

TEST_F(FakeGroupTest, RemovesWhatAKilledProcessHasLeftAndNothingElse) {
  fs::create_directories(folder_ + "/mayfly-1-1/worker-7");
  fs::create_directories(folder_ + "/mayfly-1-1/host");
  const std::set<std::string> others = {"others", "mayfly-prod", "mayfly-1", "mayfly-1-", "mayfly-1-x", "mayfly-1-1-1"};
  for (const std::string& name : others) fs::create_directories(folder_ + "/" + name + "/worker-1");
  fs::create_directories(folder_ + "/mayfly-2-1/worker-1");
  const UniqueFd in_use(open((folder_ + "/mayfly-2-1").c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  ASSERT_EQ(flock(in_use.get(), LOCK_EX | LOCK_NB), 0);
  EXPECT_NE(Why(), "");
  for (const std::string& name : others) EXPECT_TRUE(fs::exists(folder_ + "/" + name + "/worker-1")) << name;
  EXPECT_TRUE(fs::exists(folder_ + "/mayfly-2-1/worker-1"));
  EXPECT_EQ(NamesIn(folder_).size(), others.size() + 1);
}

// With real groups, where this process may make them.
class RealGroupTest : public testing::Test {
 protected:
  void SetUp() override {
    own_ = FindOwnCgroup("");
    if (!own_.ok()) GTEST_SKIP() << own_.status().message();
    before_ = NamesIn(own_->folder);
    controllers_before_ = FirstLine(own_->folder + "/cgroup.subtree_control");
    absl::StatusOr<std::shared_ptr<WorkerCgroups>> groups = WorkerCgroups::Open(*own_, WorkerCgroups::Move::kAllowed);
    ASSERT_TRUE(groups.ok()) << groups.status();
    groups_ = *std::move(groups);
  }

  WorkerCgroup Make() {
    absl::StatusOr<WorkerCgroup> group = groups_->Make(kMemoryBytes);
    EXPECT_TRUE(group.ok()) << group.status();
    return *std::move(group);
  }

  // Runs `body` in a child that is born in the group; returns its wait status.
  static int StatusOf(const WorkerCgroup& group, const std::function<int()>& body) {
    clone_args arguments = {};
    arguments.flags = CLONE_INTO_CGROUP;
    arguments.exit_signal = SIGCHLD;
    arguments.cgroup = static_cast<uint64_t>(group.folder());
    const long pid = syscall(SYS_clone3, &arguments, sizeof(arguments));
    if (pid == 0) _exit(body());
    EXPECT_GT(pid, 0) << strerror(errno);
    int status = -1;
    EXPECT_EQ(waitpid(static_cast<pid_t>(pid), &status, 0), pid);
    return status;
  }

  absl::StatusOr<OwnCgroup> own_;
  std::set<std::string> before_;
  std::string controllers_before_;
  std::shared_ptr<WorkerCgroups> groups_;
};

// Shared memory: no limit of a process counts it.
int WriteSharedMemory(size_t bytes) {
  void* const memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return 1;
  memset(memory, 1, bytes);
  return 0;
}

TEST_F(RealGroupTest, LeavesAllAsItWas) {
  {
    const WorkerCgroup group = Make();
  }
  groups_.reset();
  EXPECT_EQ(NamesIn(own_->folder), before_);
  EXPECT_EQ(FirstLine(own_->folder + "/cgroup.subtree_control"), controllers_before_);
  EXPECT_TRUE(FindOwnCgroup("").ok()) << "this process is back in its group";
}

TEST_F(RealGroupTest, AGroupHasItsLimitsAndGoesWithItsObject) {
  std::string path;
  {
    const WorkerCgroup group = Make();
    path = PathOf(group);
    if (own_->Has("pids")) {
      EXPECT_EQ(FirstLine(path + "/pids.max"), "1");
    }
    if (own_->Has("memory")) {
      EXPECT_EQ(FirstLine(path + "/memory.max"), absl::StrCat(kMemoryBytes));
    }
    if (fs::exists(path + "/memory.swap.max")) {
      EXPECT_EQ(FirstLine(path + "/memory.swap.max"), "0");
    }
  }
  EXPECT_FALSE(fs::exists(path));
}

TEST_F(RealGroupTest, AProcessIsBornThereAndMayHaveNoChild) {
  if (!own_->Has("pids")) GTEST_SKIP() << own_->missing;
  const WorkerCgroup group = Make();
  const std::string name = fs::path(PathOf(group)).filename();
  EXPECT_EQ(StatusOf(group,
                     [&name] {
                       std::ifstream file("/proc/self/cgroup");
                       for (std::string at; std::getline(file, at);) {
                         if (at.starts_with("0::") && at.ends_with("/" + name)) return fork() < 0 ? 0 : 2;
                       }
                       return 1;
                     }),
            0);
}

TEST_F(RealGroupTest, TheKernelEndsWhatUsesMoreMemory) {
  if (!own_->Has("memory")) GTEST_SKIP() << own_->missing;
  const WorkerCgroup group = Make();
  EXPECT_EQ(StatusOf(group, [] { return WriteSharedMemory(16 * kMiB); }), 0);
  EXPECT_FALSE(group.RanOutOfMemory());
  EXPECT_EQ(StatusOf(group, [] { return WriteSharedMemory(64 * kMiB); }), SIGKILL);
  EXPECT_TRUE(group.RanOutOfMemory());
}

TEST_F(RealGroupTest, AKillIsNotTakenForAnEndOfMemory) {
  const WorkerCgroup group = Make();
  EXPECT_EQ(StatusOf(group, [] { return kill(getpid(), SIGKILL); }), SIGKILL);
  EXPECT_FALSE(group.RanOutOfMemory());
}

TEST_F(RealGroupTest, AGroupWithAProcessInItIsRemovedWhenThatHasEnded) {
  std::string path;
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_CLOEXEC), 0);
  pid_t pid = 0;
  {
    const WorkerCgroup group = Make();
    path = PathOf(group);
    clone_args arguments = {};
    arguments.flags = CLONE_INTO_CGROUP;
    arguments.exit_signal = SIGCHLD;
    arguments.cgroup = static_cast<uint64_t>(group.folder());
    pid = static_cast<pid_t>(syscall(SYS_clone3, &arguments, sizeof(arguments)));
    if (pid == 0) {
      close(ends[1]);
      char byte;
      _exit(static_cast<int>(read(ends[0], &byte, 1)));
    }
  }
  EXPECT_TRUE(fs::exists(path));
  close(ends[0]);
  close(ends[1]);
  EXPECT_EQ(waitpid(pid, nullptr, 0), pid);
  {
    const WorkerCgroup other = Make();
  }
  EXPECT_FALSE(fs::exists(path));
}

}  // namespace
}  // namespace mayfly::dataplane
