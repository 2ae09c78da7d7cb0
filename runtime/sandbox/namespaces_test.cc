// What namespaces hide by themselves, without the filter and Landlock before them.
#include "runtime/sandbox/namespaces.h"

#include <arpa/inet.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sched.h>
#include <stddef.h>
#include <string.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>

#include "base/unique_fd.h"

namespace mayfly::runtime {
namespace {

int ErrorOf(long result) { return result == -1 ? errno : 0; }

// The exit code of a process that does `enter` and then `act`.
int After(const std::function<bool()>& enter, const std::function<int()>& act) {
  const pid_t pid = fork();
  if (pid == 0) _exit(enter() ? act() : 199);
  int status = 0;
  waitpid(pid, &status, 0);
  return WEXITSTATUS(status);
}

int InZygote(const std::function<int()>& act) {
  return After([] { return EnterNamespaces().ok(); }, act);
}

int InWorker(const std::function<int()>& act) {
  return After([] { return EnterNamespaces().ok() && EnterEmptyFolder().ok(); }, act);
}

class NamespacesTest : public testing::Test {
 protected:
  void SetUp() override {
    if (!ProbeNamespaces().ok()) GTEST_SKIP() << ProbeNamespaces();
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
  const UniqueFd door(socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  ASSERT_EQ(bind(door.get(), reinterpret_cast<sockaddr*>(&address), length), 0);
  ASSERT_EQ(listen(door.get(), 1), 0);
  getsockname(door.get(), reinterpret_cast<sockaddr*>(&address), &length);
  EXPECT_EQ(InWorker([&] {
              const int caller = socket(AF_INET, SOCK_STREAM, 0);
              return ErrorOf(connect(caller, reinterpret_cast<sockaddr*>(&address), length));
            }),
            ENETUNREACH);
}

TEST_F(NamespacesTest, ReachesNoAbstractSocketAndNoSharedMemory) {
  const UniqueFd door(socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  memcpy(address.sun_path + 1, "mayfly-namespace-test", 21);
  const socklen_t length = offsetof(sockaddr_un, sun_path) + 22;
  ASSERT_EQ(bind(door.get(), reinterpret_cast<sockaddr*>(&address), length), 0);
  ASSERT_EQ(listen(door.get(), 1), 0);
  EXPECT_EQ(InWorker([&] {
              const int caller = socket(AF_UNIX, SOCK_STREAM, 0);
              return ErrorOf(connect(caller, reinterpret_cast<const sockaddr*>(&address), length));
            }),
            ECONNREFUSED);
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
