// Runs workers' lives under a rewinder. Each in a process of its own, because a rewind takes all of a process back.
// Verification is on throughout: a page, mapping or descriptor that does not come back ends the process.
#ifndef MAYFLY_RUNTIME_REWIND_REWINDER_FIXTURE_H_
#define MAYFLY_RUNTIME_REWIND_REWINDER_FIXTURE_H_

#include <fcntl.h>
#include <gtest/gtest.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <string>

#include "runtime/rewind/page.h"
#include "runtime/rewind/process_memory.h"
#include "runtime/rewind/rewind_probe.h"
#include "runtime/rewind/rewind_way.h"
#include "runtime/rewind/rewinder.h"
#include "runtime/rewind/zygote_image.h"

namespace mayfly::runtime {

inline constexpr int kNotPristine = 70;
inline constexpr int kSetUpFailed = 71;
inline constexpr int kExpectationFailed = 72;

// What survives a rewind.
struct Survivor {
  int calls;
  int64_t value;
  int64_t values[64];
};

#define CHILD_EXPECT(condition)                                      \
  do {                                                               \
    if (!(condition)) {                                              \
      dprintf(STDERR_FILENO, "line %d: %s\n", __LINE__, #condition); \
      _exit(kExpectationFailed);                                     \
    }                                                                \
  } while (false)

// In a file, as a worker's channel is: memory shared without one is the guest's own.
inline Survivor& NewSurvivor() {
  const int fd = memfd_create("survivor", MFD_CLOEXEC);
  if (fd < 0 || ftruncate(fd, sizeof(Survivor)) != 0) _exit(kSetUpFailed);
  void* const memory = mmap(nullptr, sizeof(Survivor), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  return *static_cast<Survivor*>(memory);
}

inline void* MapPage() {
  void* const page = mmap(nullptr, kPageBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  *static_cast<char*>(page) = 1;
  return page;
}

// /proc/self/pagemap is for root and for dumpable processes alone.
inline void LoseThePageMap() {
  if (getuid() == 0 && setuid(65534) != 0) _exit(kSetUpFailed);
  prctl(PR_SET_DUMPABLE, 0);
  CHILD_EXPECT(open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC) < 0);
}

struct Case {
  RewindWay way;
  bool guest_calls;
};

class RewinderTest : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    for (const RewindProbe& probe : ProbeRewindWays()) {
      if (probe.way == GetParam().way && !probe.status.ok()) GTEST_SKIP() << probe.status;
    }
  }

  // What the zygote does, before its image is taken; and what the worker does between asking whether it can rewind and
  // doing so.
  std::function<void()> boot_ = [] {};
  std::function<void()> reply_ = [] {};

  // Why the checkpoint can't be taken, if it can't.
  std::string expect_error_;

  // In a worker's life: `load` before the checkpoint, then `call` with its number, from 0 on, and a rewind after each,
  // until `calls` were made. The exit code.
  int Run(int calls, const std::function<void()>& load, const std::function<void(Rewinder&, Survivor&)>& call,
          bool expect_can_rewind = true) {
    const pid_t pid = fork();
    if (pid == 0) {
      Child(calls, load, call, expect_can_rewind);
      _exit(kSetUpFailed);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  void Child(int calls, const std::function<void()>& load, const std::function<void(Rewinder&, Survivor&)>& call,
             bool expect_can_rewind) {
    close_range(STDERR_FILENO + 1, ~0U, 0);  // as a worker does
    ConfigureProcessMemory();
    // The one way that does without.
    if (GetParam().way == RewindWay::kDontNeed) LoseThePageMap();
    Survivor& survivor = NewSurvivor();
    boot_();
    const absl::StatusOr<ZygoteImage> image = ZygoteImage::Take();
    if (!image.ok()) _exit(kSetUpFailed);
    const absl::StatusOr<Rewinder*> rewinder = Rewinder::Create(*image, {.way = GetParam().way,
                                                                         .verify = true,
                                                                         .idle_calls_max = 64,
                                                                         .guest_calls = GetParam().guest_calls,
                                                                         .exit_code = kNotPristine});
    if (!rewinder.ok()) _exit(kSetUpFailed);
    load();
    const Rewinder::Resumed resumed = (*rewinder)->Checkpoint();
    const char* const error = resumed == Rewinder::Resumed::kFailed ? (*rewinder)->error() : nullptr;
    CHILD_EXPECT(std::string(error == nullptr ? "" : error) == expect_error_);
    CHILD_EXPECT(error != nullptr || (resumed == Rewinder::Resumed::kTaken) == (survivor.calls == 0));
    if (survivor.calls == calls) _exit(0);
    call(**rewinder, survivor);
    ++survivor.calls;
    CHILD_EXPECT((*rewinder)->CanRewind() == expect_can_rewind);
    if (!expect_can_rewind) _exit(0);
    reply_();
    (*rewinder)->Rewind();
  }
};

inline std::string CaseName(const testing::TestParamInfo<Case>& info) {
  std::string name(RewindWayName(info.param.way));
  std::erase(name, '-');
  return name + (info.param.guest_calls ? "" : "Protected");
}

// Every way, for guests that make system calls of their own.
inline constexpr Case kHostileCases[] = {{RewindWay::kUserfaultfd, true},
                                         {RewindWay::kPagemapScan, true},
                                         {RewindWay::kPagemap, true},
                                         {RewindWay::kDontNeed, true}};

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_REWIND_REWINDER_FIXTURE_H_
