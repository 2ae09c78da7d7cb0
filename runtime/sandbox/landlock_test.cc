// What Landlock refuses by itself, without the filter before it.
#include "runtime/sandbox/landlock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

#include "base/unique_fd.h"

namespace mayfly::runtime {
namespace {

int ErrorOf(long result) { return result == -1 ? errno : 0; }

// The exit code of a process under Landlock that does `act`.
int UnderLandlock(const std::function<int()>& act) {
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    _exit(DropAllByLandlock(LandlockAbi()).ok() ? act() : 199);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  return WEXITSTATUS(status);
}

TEST(LandlockTest, RefusesFiles) {
  if (LandlockAbi() == 0) GTEST_SKIP() << "this kernel has no Landlock";
  EXPECT_EQ(UnderLandlock([] { return ErrorOf(open("/etc/passwd", O_RDONLY)); }), EACCES);
  EXPECT_EQ(UnderLandlock([] { return ErrorOf(open("/tmp/new", O_CREAT | O_WRONLY, 0600)); }), EACCES);
  EXPECT_EQ(UnderLandlock([] { return ErrorOf(open("/", O_RDONLY | O_DIRECTORY)); }), EACCES);
}

TEST(LandlockTest, RefusesTcp) {
  if (LandlockAbi() < 4) GTEST_SKIP() << "this kernel's Landlock knows no network";
  const UniqueFd door(socket(AF_INET, SOCK_STREAM, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t length = sizeof(address);
  ASSERT_EQ(bind(door.get(), reinterpret_cast<sockaddr*>(&address), length), 0);
  ASSERT_EQ(listen(door.get(), 1), 0);
  getsockname(door.get(), reinterpret_cast<sockaddr*>(&address), &length);
  EXPECT_EQ(UnderLandlock([&] {
              const int caller = socket(AF_INET, SOCK_STREAM, 0);
              return ErrorOf(connect(caller, reinterpret_cast<sockaddr*>(&address), length));
            }),
            EACCES);
}

TEST(LandlockTest, RefusesOthersSocketsAndProcesses) {
  if (LandlockAbi() < 6) GTEST_SKIP() << "this kernel's Landlock has no scopes";
  const UniqueFd door(socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  memcpy(address.sun_path + 1, "mayfly-landlock-test", 20);
  const socklen_t length = offsetof(sockaddr_un, sun_path) + 21;
  ASSERT_EQ(bind(door.get(), reinterpret_cast<sockaddr*>(&address), length), 0);
  ASSERT_EQ(listen(door.get(), 1), 0);
  EXPECT_EQ(UnderLandlock([&] {
              const int caller = socket(AF_UNIX, SOCK_STREAM, 0);
              return ErrorOf(connect(caller, reinterpret_cast<const sockaddr*>(&address), length));
            }),
            EPERM);
  EXPECT_EQ(UnderLandlock([] { return ErrorOf(kill(getppid(), 0)); }), EPERM);
  EXPECT_EQ(UnderLandlock([] { return ErrorOf(kill(getpid(), 0)); }), 0);
}

}  // namespace
}  // namespace mayfly::runtime
