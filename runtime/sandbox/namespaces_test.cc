// What namespaces hide by themselves, without the filter and Landlock before them.
#include "runtime/sandbox/namespaces.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/shm.h>
#include <sys/stat.h>
#include <unistd.h>

#include <functional>
#include <string>

#include "runtime/sandbox/refusal_test_util.h"

namespace mayfly::runtime {
namespace {

int InZygote(const std::function<int()>& act) {
  return After([] { return EnterNamespaces().ok(); }, act);
}

int InWorker(const std::function<int()>& act) {
  return After([] { return EnterNamespaces().ok() && EnterEmptyFolder().ok(); }, act);
}

// Whether the kernel lets this user make namespaces and mount something in them, found without the code under test:
// what that does wrong must not pass for a machine that has none.
bool MachineHasNamespaces() {
  return After(
             [] {
               return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
                      mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
             },
             [] { return mount("tmpfs", "/dev", "tmpfs", 0, nullptr) == 0 ? 0 : 1; }) == 0;
}

class NamespacesTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!MachineHasNamespaces()) GTEST_SKIP() << "this machine has none: " << ProbeNamespaces();
    ASSERT_EQ(ProbeNamespaces(), absl::OkStatus());
  }
};

TEST_F(NamespacesTest, AZygoteSeesItsProcessesAlone) {
  EXPECT_EQ(InZygote([] { return ErrorOf(open("/etc/passwd", O_RDONLY)); }), ENOENT);
  EXPECT_EQ(InZygote([] { return ErrorOf(open("/proc/self/maps", O_RDONLY)); }), 0);
  EXPECT_EQ(InZygote([] { return ErrorOf(mkdir("/x", 0700)); }), EROFS);
  EXPECT_EQ(InZygote([] { return ErrorOf(mkdir("/empty/x", 0700)); }), EROFS);
}

TEST_F(NamespacesTest, AWorkerSeesNoFile) {
  EXPECT_EQ(InWorker([] {
              DIR* const root = opendir("/");
              int entries = 0;
              while (root != nullptr && readdir(root) != nullptr) ++entries;
              return entries;
            }),
            2);  // "." and ".."
  EXPECT_EQ(InWorker([] { return ErrorOf(open("/proc/self/maps", O_RDONLY)); }), ENOENT);
  EXPECT_EQ(InWorker([] { return ErrorOf(open("../../etc/passwd", O_RDONLY)); }), ENOENT);
  EXPECT_EQ(InWorker([] { return ErrorOf(mkdir("/x", 0700)); }), EROFS);
}

TEST_F(NamespacesTest, KeepsTheUserTheGroupAndWhatIsOpen) {
  const uid_t user = geteuid();
  const gid_t group = getegid();
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  EXPECT_EQ(InWorker([&] { return geteuid() == user && getegid() == group && write(ends[1], "x", 1) == 1 ? 0 : 1; }),
            0);
  char byte = 0;
  EXPECT_EQ(read(ends[0], &byte, 1), 1);
  close(ends[0]);
  close(ends[1]);
}

TEST_F(NamespacesTest, ReachesNoNetwork) {
  const Door door = Door::Tcp();
  EXPECT_EQ(InWorker([&] { return door.ConnectError(); }), ENETUNREACH);
}

TEST_F(NamespacesTest, ReachesNoAbstractSocketAndNoSharedMemory) {
  const Door door = Door::Abstract("mayfly-namespace-test");
  EXPECT_EQ(InWorker([&] { return door.ConnectError(); }), ECONNREFUSED);
  const int segment = shmget(IPC_PRIVATE, 4096, 0666);
  ASSERT_GE(segment, 0);
  EXPECT_EQ(InWorker([&] { return ErrorOf(reinterpret_cast<long>(shmat(segment, nullptr, 0))); }), EINVAL);
  shmctl(segment, IPC_RMID, nullptr);
}

TEST_F(NamespacesTest, AHostNameOfItsOwn) {
  char before[256] = {};
  gethostname(before, sizeof(before));
  EXPECT_EQ(InZygote([] { return ErrorOf(sethostname("mayfly-test", 11)); }), 0);
  char after[256] = {};
  gethostname(after, sizeof(after));
  EXPECT_EQ(std::string(after), before);
}

TEST_F(NamespacesTest, TheProbeNamesTheStepThatIsRefused) {
  // The kernel makes no user namespace for a process that has changed its root.
  EXPECT_EQ(
      InWorker([] { return ProbeNamespaces() == absl::UnavailableError("unshare: Operation not permitted") ? 0 : 1; }),
      0);
}

}  // namespace
}  // namespace mayfly::runtime
