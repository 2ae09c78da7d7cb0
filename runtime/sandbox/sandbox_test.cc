#include "runtime/sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/limits.h"
#include "base/unique_fd.h"
#include "runtime/sandbox/landlock.h"
#include "runtime/sandbox/namespaces.h"

namespace mayfly::runtime {
namespace {

constexpr int64_t kMemoryBytes = 64 << 20;

// How a locked process ended: "3" is an exit code, "SIGSYS" a signal.
std::string Describe(int status) {
  if (WIFEXITED(status)) return absl::StrCat(WEXITSTATUS(status));
  return absl::StrCat("SIG", sigabbrev_np(WTERMSIG(status)));
}

// Forks, locks the child, and lets it do `act`, whose result is its exit code.
std::string InSandbox(Language language, const std::function<int()>& act) {
  const Sandbox sandbox = Sandbox::Create(PolicyOf(language), {}).value();
  int pipe_ends[2];
  EXPECT_EQ(pipe(pipe_ends), 0);
  const pid_t pid = fork();
  if (pid == 0) {
    // Stands for the pipe that a zygote has as its stderr.
    dup2(pipe_ends[1], STDERR_FILENO);
    if (!sandbox.Lock({.memory_limit_bytes = kMemoryBytes}).ok()) _exit(99);
    _exit(act());
  }
  close(pipe_ends[0]);
  close(pipe_ends[1]);
  int status = 0;
  waitpid(pid, &status, 0);
  return Describe(status);
}

std::string InPython(const std::function<int()>& act) { return InSandbox(Language::kPython, act); }
std::string InJs(const std::function<int()>& act) { return InSandbox(Language::kJs, act); }

// The errno of a call that fails; 0 of one that does not.
int ErrorOf(long result) { return result == -1 ? errno : 0; }

std::string Error(int error) { return absl::StrCat(error); }

TEST(SandboxTest, ThisMachineHasAll) {
  const SandboxReport report = ProbeSandbox();
  EXPECT_TRUE(report.seccomp);
  EXPECT_EQ(report.landlock_abi, LandlockAbi());
  EXPECT_EQ(report.namespaces, ProbeNamespaces());
}

TEST(SandboxTest, ALevelHasAllThatThoseBelowItHave) {
  const absl::Status none = absl::UnavailableError("none");
  EXPECT_EQ(LevelOf({.seccomp = false, .landlock_abi = 7, .namespaces = {}}), SandboxLevel::kNone);
  EXPECT_EQ(LevelOf({.seccomp = true, .landlock_abi = 0, .namespaces = {}}), SandboxLevel::kSeccomp);
  EXPECT_EQ(LevelOf({.seccomp = true, .landlock_abi = 1, .namespaces = none}), SandboxLevel::kLandlock);
  EXPECT_EQ(LevelOf({.seccomp = true, .landlock_abi = 1, .namespaces = {}}), SandboxLevel::kNamespaces);
  for (const SandboxLevel level : kSandboxLevels) EXPECT_EQ(ParseSandboxLevel(SandboxLevelName(level)), level);
  EXPECT_EQ(ParseSandboxLevel("strong"), std::nullopt);
}

TEST(SandboxTest, ComputesAndWaits) {
  const auto act = [] {
    std::vector<char> memory(8 << 20, 'x');
    timespec pause = {.tv_sec = 0, .tv_nsec = 1000};
    nanosleep(&pause, nullptr);
    return memory[12345] == 'x' && getpid() > 0 ? 0 : 1;
  };
  EXPECT_EQ(InPython(act), "0");
  EXPECT_EQ(InJs(act), "0");
}

TEST(SandboxTest, OpensAndSeesNoFile) {
  for (const Language language : {Language::kJs, Language::kPython}) {
    EXPECT_EQ(InSandbox(language, [] { return ErrorOf(open("/etc/passwd", O_RDONLY)); }), Error(EACCES));
    EXPECT_EQ(InSandbox(language, [] { return ErrorOf(open("/tmp/new", O_CREAT | O_WRONLY, 0600)); }), Error(EACCES));
    EXPECT_EQ(InSandbox(language, [] { return ErrorOf(open("/proc/self/mem", O_RDWR)); }), Error(EACCES));
    EXPECT_EQ(InSandbox(language, [] { return ErrorOf(access("/etc/passwd", R_OK)); }), Error(EACCES));
    EXPECT_EQ(InSandbox(language, [] { return ErrorOf(unlink("/etc/passwd")); }), Error(EACCES));
    EXPECT_EQ(InSandbox(language,
                        [] {
                          struct stat status;
                          return ErrorOf(stat("/etc/passwd", &status));
                        }),
              Error(EACCES));
  }
}

TEST(SandboxTest, ReachesNoNetwork) {
  EXPECT_EQ(InPython([] { return ErrorOf(socket(AF_INET, SOCK_STREAM, 0)); }), Error(EPERM));
  EXPECT_EQ(InPython([] { return ErrorOf(socket(AF_UNIX, SOCK_STREAM, 0)); }), Error(EPERM));
  EXPECT_EQ(InJs([] { return ErrorOf(socket(AF_INET, SOCK_DGRAM, 0)); }), Error(EPERM));
}

TEST(SandboxTest, PythonMayMakeAPairOfStreamsAndNoOther) {
  int ends[2];
  EXPECT_EQ(InPython([&] { return ErrorOf(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends)); }), "0");
  EXPECT_EQ(InPython([&] { return ErrorOf(socketpair(AF_UNIX, SOCK_SEQPACKET, 0, ends)); }), Error(EPERM));
  EXPECT_EQ(InPython([&] { return ErrorOf(socketpair(AF_INET, SOCK_STREAM, 0, ends)); }), Error(EPERM));
  EXPECT_EQ(InJs([&] { return ErrorOf(socketpair(AF_UNIX, SOCK_STREAM, 0, ends)); }), Error(EPERM));
}

TEST(SandboxTest, MakesNoProcessAndNoThread) {
  EXPECT_EQ(InPython([] { return ErrorOf(fork()); }), Error(EAGAIN));
  EXPECT_EQ(InPython([] { return ErrorOf(syscall(SYS_clone3, nullptr, 0)); }), Error(ENOSYS));
  EXPECT_EQ(InPython([] {
              char* const none[] = {nullptr};
              return ErrorOf(execve("/bin/true", none, none));
            }),
            Error(EPERM));
}

TEST(SandboxTest, SignalsItselfAlone) {
  const pid_t other = getpid();
  EXPECT_EQ(InPython([other] { return ErrorOf(kill(other, 0)); }), Error(EPERM));
  EXPECT_EQ(InPython([] { return ErrorOf(kill(-1, SIGKILL)); }), Error(EPERM));
  EXPECT_EQ(InPython([] { return ErrorOf(kill(0, SIGKILL)); }), Error(EPERM));
  EXPECT_EQ(InPython([] { return ErrorOf(kill(getppid(), SIGKILL)); }), Error(EPERM));
  EXPECT_EQ(InPython([other] { return ErrorOf(syscall(SYS_tgkill, other, other, 0)); }), Error(EPERM));
  EXPECT_EQ(InPython([] { return ErrorOf(kill(getpid(), 0)); }), "0");
  EXPECT_EQ(InPython([] { return ErrorOf(kill(getpid(), SIGTERM)); }), "SIGTERM");
  EXPECT_EQ(InJs([]() -> int { abort(); }), "SIGABRT");
}

TEST(SandboxTest, UsesOnlyHarmlessCommandsOfDescriptors) {
  EXPECT_EQ(InPython([] { return ErrorOf(fcntl(0, F_DUPFD_CLOEXEC, 10)); }), "0");
  EXPECT_EQ(InPython([] { return ErrorOf(fcntl(0, F_SETOWN, getppid())); }), Error(EPERM));
  EXPECT_EQ(InPython([] {
              int ends[2];
              int waiting = 0;
              return pipe(ends) == 0 ? ErrorOf(ioctl(ends[0], FIONREAD, &waiting)) : 99;
            }),
            "0");
  EXPECT_EQ(InPython([] { return isatty(2) ? 0 : errno; }), Error(ENOTTY));
  EXPECT_EQ(InPython([] { return ErrorOf(syscall(SYS_ioctl, 0, 0x12345678, 0)); }), Error(ENOTTY));
}

TEST(SandboxTest, AHostileCallEndsIt) {
  EXPECT_EQ(InPython([] { return ErrorOf(ptrace(PTRACE_TRACEME, 0, nullptr, nullptr)); }), "SIGSYS");
  EXPECT_EQ(InPython([] { return ErrorOf(unshare(CLONE_NEWUSER)); }), "SIGSYS");
  EXPECT_EQ(InPython([] { return ErrorOf(syscall(SYS_bpf, 0, nullptr, 0)); }), "SIGSYS");
  EXPECT_EQ(InPython([] { return ErrorOf(syscall(SYS_io_uring_setup, 1, nullptr)); }), "SIGSYS");
  EXPECT_EQ(InPython([] { return ErrorOf(syscall(SYS_process_vm_readv, getppid(), nullptr, 0, nullptr, 0, 0)); }),
            "SIGSYS");
  EXPECT_EQ(InJs([] { return ErrorOf(syscall(SYS_mount, nullptr, nullptr, nullptr, 0, nullptr)); }), "SIGSYS");
  EXPECT_EQ(InPython([] { return ErrorOf(syscall(100'000)); }), "SIGSYS");
}

TEST(SandboxTest, OnlyJavaScriptMayExecuteMemory) {
  const auto map_executable = [] {
    void* const page = mmap(nullptr, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return page == MAP_FAILED ? errno : 0;
  };
  const auto make_executable = [] {
    void* const page = mmap(nullptr, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return ErrorOf(mprotect(page, 4096, PROT_READ | PROT_EXEC));
  };
  EXPECT_EQ(InJs(map_executable), "0");
  EXPECT_EQ(InJs(make_executable), "0");
  EXPECT_EQ(InPython(map_executable), Error(EPERM));
  EXPECT_EQ(InPython(make_executable), Error(EPERM));
}

// Else what one call does to it the next would meet.
TEST(SandboxTest, PythonLeavesMemorysProtectionAndAdviceAsTheyAre) {
  const auto protect = [](int protection) {
    void* const page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return ErrorOf(mprotect(page, 4096, protection));
  };
  const auto advise = [](int advice) {
    void* const page = mmap(nullptr, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return ErrorOf(madvise(page, 4096, advice));
  };
  EXPECT_EQ(InPython([&] { return protect(PROT_READ | PROT_WRITE); }), "0");
  EXPECT_EQ(InPython([&] { return protect(PROT_READ); }), Error(EPERM));
  EXPECT_EQ(InPython([&] { return protect(PROT_NONE); }), Error(EPERM));
  EXPECT_EQ(InPython([&] { return advise(MADV_DONTNEED); }), "0");
  EXPECT_EQ(InPython([&] { return advise(MADV_HUGEPAGE); }), Error(EPERM));
  EXPECT_EQ(InPython([&] { return advise(102); }), Error(EPERM));  // MADV_GUARD_INSTALL
}

TEST(SandboxTest, ChangesNothingThatTheKernelKeepsOfAProcess) {
  const std::vector<long> calls = {SYS_alarm,          SYS_chdir,       SYS_fchdir,       SYS_ioprio_set,
                                   SYS_personality,    SYS_prctl,       SYS_rt_sigaction, SYS_sched_setaffinity,
                                   SYS_setitimer,      SYS_setpriority, SYS_setrlimit,    SYS_timer_create,
                                   SYS_timerfd_create, SYS_umask};
  for (const Language language : {Language::kJs, Language::kPython}) {
    for (const long call : calls) {
      const int error = call == SYS_chdir || call == SYS_fchdir ? EACCES : EPERM;
      EXPECT_EQ(InSandbox(language, [call] { return ErrorOf(syscall(call, 0, 0, 0, 0)); }), Error(error)) << call;
    }
  }
  // Which barriers a process has registered for, the kernel tells.
  EXPECT_EQ(InPython([] { return ErrorOf(syscall(SYS_membarrier, 0, 0, 0)); }), Error(ENOSYS));
  const rlimit limit = {.rlim_cur = 1, .rlim_max = 1};
  EXPECT_EQ(InPython([&] { return ErrorOf(syscall(SYS_prlimit64, 0, RLIMIT_NOFILE, &limit, nullptr)); }), Error(EPERM));
}

TEST(SandboxTest, HasNoMoreMemoryThanItsLimit) {
  const auto map = [](size_t bytes, int flags) {
    return mmap(nullptr, bytes, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0) == MAP_FAILED ? errno : 0;
  };
  EXPECT_EQ(InPython([&] { return map(kMemoryBytes / 2, MAP_PRIVATE); }), "0");
  EXPECT_EQ(InPython([&] { return map(kMemoryBytes + kMiB, MAP_PRIVATE); }), Error(ENOMEM));
  // What RLIMIT_DATA does not count.
  EXPECT_EQ(InPython([&] { return map(kMemoryBytes + kWorkerReservedBytesMax + kMiB, MAP_SHARED); }), Error(ENOMEM));
  EXPECT_EQ(InPython([&] { return map(kMemoryBytes + kWorkerReservedBytesMax + kMiB, MAP_PRIVATE | MAP_GROWSDOWN); }),
            Error(ENOMEM));
}

TEST(SandboxTest, HasFewDescriptorsAndLargerLimitsNever) {
  EXPECT_EQ(InPython([] {
              while (fcntl(0, F_DUPFD, 0) >= 0) {
              }
              return errno;
            }),
            Error(EMFILE));
  EXPECT_EQ(InPython([] {
              const rlimit limit = {.rlim_cur = 1 << 20, .rlim_max = 1 << 20};
              return ErrorOf(setrlimit(RLIMIT_NOFILE, &limit));
            }),
            Error(EPERM));
  EXPECT_EQ(InPython([] {
              rlimit limit;
              return getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_max == kWorkerFdsMax ? 0 : 1;
            }),
            "0");
}

TEST(SandboxTest, HasNoCapability) {
  const auto sandbox = Sandbox::Create(PolicyOf(Language::kPython), {}).value();
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  const pid_t pid = fork();
  if (pid == 0) {
    dup2(ends[1], STDERR_FILENO);
    const UniqueFd status(open("/proc/self/status", O_RDONLY));
    if (!sandbox.Lock({.memory_limit_bytes = kMemoryBytes}).ok()) _exit(99);
    char text[4096] = {};
    if (read(status.get(), text, sizeof(text) - 1) <= 0) _exit(98);
    for (const char* const set : {"CapPrm:", "CapEff:", "CapInh:", "CapAmb:"}) {
      if (strstr(text, absl::StrCat(set, "\t0000000000000000").c_str()) == nullptr) _exit(1);
    }
    _exit(0);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  close(ends[0]);
  close(ends[1]);
  EXPECT_EQ(Describe(status), "0");
}

TEST(SandboxTest, StaysUndumpable) {
  EXPECT_EQ(InPython([] { return ErrorOf(prctl(PR_SET_DUMPABLE, 1)); }), Error(EPERM));
}

TEST(SandboxTest, OwnsTheSettingsOfItsStderr) {
  int ends[2];
  ASSERT_EQ(pipe2(ends, O_NONBLOCK), 0);
  const pid_t pid = fork();
  if (pid == 0) {
    dup2(ends[1], STDERR_FILENO);
    if (!Sandbox::Create(PolicyOf(Language::kPython), {}).value().Lock({.memory_limit_bytes = kMemoryBytes}).ok())
      _exit(99);
    const bool non_blocking = (fcntl(STDERR_FILENO, F_GETFL) & O_NONBLOCK) != 0;
    fcntl(STDERR_FILENO, F_SETFL, 0);
    _exit(non_blocking && write(STDERR_FILENO, "x", 1) == 1 ? 0 : 1);
  }
  int status = 0;
  waitpid(pid, &status, 0);
  EXPECT_EQ(Describe(status), "0");
  EXPECT_NE(fcntl(ends[1], F_GETFL) & O_NONBLOCK, 0);
  char byte;
  EXPECT_EQ(read(ends[0], &byte, 1), 1);
  close(ends[0]);
  close(ends[1]);
}

}  // namespace
}  // namespace mayfly::runtime
