// What Landlock refuses by itself, without the filter before it.
#include "runtime/sandbox/landlock.h"

#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <functional>

#include "runtime/sandbox/refusal_test_util.h"

namespace mayfly::runtime {
namespace {

int UnderLandlock(const std::function<int()>& act) {
  return After([] { return prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0 && DropAllByLandlock(LandlockAbi()).ok(); },
               act);
}

TEST(LandlockTest, RefusesFiles) {
  if (LandlockAbi() == 0) GTEST_SKIP() << "this kernel has no Landlock";
  EXPECT_EQ(UnderLandlock([] { return ErrorOf(open("/etc/passwd", O_RDONLY)); }), EACCES);
  EXPECT_EQ(UnderLandlock([] { return ErrorOf(open("/tmp/new", O_CREAT | O_WRONLY, 0600)); }), EACCES);
  EXPECT_EQ(UnderLandlock([] { return ErrorOf(open("/", O_RDONLY | O_DIRECTORY)); }), EACCES);
}

TEST(LandlockTest, RefusesTcp) {
  if (LandlockAbi() < 4) GTEST_SKIP() << "this kernel's Landlock knows no network";
  const Door door = Door::Tcp();
  EXPECT_EQ(UnderLandlock([&] { return door.ConnectError(); }), EACCES);
}

TEST(LandlockTest, RefusesOthersSocketsAndProcesses) {
  if (LandlockAbi() < 6) GTEST_SKIP() << "this kernel's Landlock has no scopes";
  const Door door = Door::Abstract("mayfly-landlock-test");
  EXPECT_EQ(UnderLandlock([&] { return door.ConnectError(); }), EPERM);
  EXPECT_EQ(UnderLandlock([] { return ErrorOf(kill(getppid(), 0)); }), EPERM);
  EXPECT_EQ(UnderLandlock([] { return ErrorOf(kill(getpid(), 0)); }), 0);
}

}  // namespace
}  // namespace mayfly::runtime
