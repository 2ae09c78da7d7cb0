#include "runtime/worker/clone_process.h"

#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>

namespace mayfly::runtime {
namespace {

// Runs `body` in a child that CloneProcess makes, and returns the child's wait status.
int StatusOf(const std::function<int()>& body, const CloneOptions& options = {}) {
  const pid_t pid = CloneProcess(options);
  if (pid == 0) _exit(body());
  EXPECT_GT(pid, 0);
  int status = -1;
  EXPECT_EQ(waitpid(pid, &status, 0), pid);
  return status;
}

// No core file of the children that end by a signal here.
void LeaveNoCore() {
  const rlimit none = {.rlim_cur = 0, .rlim_max = 0};
  setrlimit(RLIMIT_CORE, &none);
}

pid_t OwnerOfALockedMutex() {
  pthread_mutex_t mutex = PTHREAD_RECURSIVE_MUTEX_INITIALIZER_NP;
  pthread_mutex_lock(&mutex);
  return mutex.__data.__owner;
}

TEST(CloneProcessTest, TheChildIsAnotherProcessWithItsParent) {
  const pid_t parent = getpid();
  EXPECT_EQ(StatusOf([parent] { return getpid() != parent && getppid() == parent ? 7 : 1; }), 7 << 8);
}

TEST(CloneProcessTest, GlibcKnowsTheChildsThreadId) {
  EXPECT_EQ(OwnerOfALockedMutex(), gettid());
  EXPECT_EQ(StatusOf([] { return pthread_gettid_np(pthread_self()) == gettid() ? 0 : 1; }), 0);
  EXPECT_EQ(StatusOf([] { return OwnerOfALockedMutex() == gettid() ? 0 : 1; }), 0);
  EXPECT_EQ(pthread_gettid_np(pthread_self()), gettid());
}

TEST(CloneProcessTest, RaiseAndAbortReachTheChild) {
  LeaveNoCore();
  EXPECT_EQ(StatusOf([] { return raise(SIGTERM); }), SIGTERM);
  EXPECT_EQ(StatusOf([]() -> int { abort(); }) & 0x7f, SIGABRT);
}

TEST(CloneProcessTest, TheChildMayStartThreadsAndClone) {
  EXPECT_EQ(StatusOf([] {
              pthread_t thread;
              const auto body = [](void*) -> void* { return nullptr; };
              if (pthread_create(&thread, nullptr, body, nullptr) != 0) return 1;
              return pthread_join(thread, nullptr);
            }),
            0);
  EXPECT_EQ(StatusOf([] { return StatusOf([] { return 3; }) == 3 << 8 ? 0 : 1; }), 0);
}

TEST(CloneProcessTest, AChildMayBeOneOfTheParentsParent) {
  // The one in between ends when its sibling was made.
  EXPECT_EQ(StatusOf([] {
              const pid_t grandparent = getppid();
              const pid_t pid = CloneProcess({.flags = CLONE_PARENT});
              if (pid == 0) _exit(getppid() == grandparent ? 5 : 6);
              return pid > 0 ? 0 : 1;
            }),
            0);
  int status = -1;
  EXPECT_GT(wait(&status), 0);  // SIGCHLD: wait sees none that ends by another signal
  EXPECT_EQ(status, 5 << 8);
}

TEST(CloneProcessTest, SaysWhatIsWrongWithTheGroup) {
  const int not_a_group = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  EXPECT_EQ(CloneProcess({.cgroup_fd = not_a_group}), -1);
  EXPECT_TRUE(errno == EBADF || errno == ENOSYS) << errno;
  close(not_a_group);
}

}  // namespace
}  // namespace mayfly::runtime
