// What CPython and its standard library need besides what is shared. A guest reaches every system call, by ctypes, so
// each of these is one that a hostile guest may make with any arguments: none opens a file, none reaches another
// process, none changes what outlives the call.
#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <iterator>

#include "runtime/sandbox/syscall_policy.h"

namespace mayfly::runtime {
namespace {

constexpr AllowedSyscall kAllowed[] = {
    // Sockets: only pairs can be made, as asyncio does to wake itself.
    {"getpeername", "socket.getpeername"},
    {"getsockname", "socket.socketpair looks at what it has made"},
    {"getsockopt", "socket.getsockopt"},
    {"shutdown", "socket.shutdown"},

    // Descriptors that are open: stdio, pipes, pairs.
    {"eventfd2", "os.eventfd"},
    {"fstat", "os.fstat; open(fd) looks at what it opens"},
    {"lseek", "os.lseek; open(fd) asks whether it can seek; the rewind puts its own files back to the beginning"},
    {"pipe2", "os.pipe"},
    {"read", "os.read"},
    {"readv", "os.readv"},

    // Waiting for them.
    {"epoll_create1", "select.epoll, asyncio"},
    {"epoll_ctl", "select.epoll, asyncio"},
    {"epoll_wait", "select.epoll, asyncio"},
    {"poll", "select.poll"},
    {"pselect6", "select.select"},
#if !defined(__x86_64__)  // which has the plain calls
    {"epoll_pwait", "select.epoll, asyncio"},
    {"ppoll", "select.poll"},
#endif

    // Memory.
    {"mremap", "mmap.resize"},
    {"mseal", "the rewind fixes what is mapped at the checkpoint"},
    {"msync", "mmap.flush"},
    {"sigaltstack", "the rewind puts the signal stack back"},

    // Time, locks, signals to itself.
    {"clock_getres", "time.get_clock_info"},
    {"clock_nanosleep", "time.sleep"},
    {"getitimer", "signal.getitimer"},
    {"times", "os.times"},
    {"futex", "threading.Lock with a timeout"},
    {"sched_yield", "os.sched_yield"},
    {"rt_sigpending", "signal.sigpending"},
    {"rt_sigtimedwait", "signal.sigtimedwait"},

    // Who and where am I.
    {"getcwd", "os.getcwd"},
    {"getegid", "os.getegid"},
    {"geteuid", "os.geteuid"},
    {"getgid", "os.getgid"},
    {"getgroups", "os.getgroups"},
    {"getpgid", "os.getpgid"},
    {"getpgrp", "os.getpgrp"},
    {"getppid", "os.getppid"},
    {"getpriority", "os.getpriority"},
    {"getresgid", "os.getresgid"},
    {"getresuid", "os.getresuid"},
    {"getrusage", "resource.getrusage"},
    {"getsid", "os.getsid"},
    {"getuid", "os.getuid"},
    {"sched_get_priority_max", "os.sched_get_priority_max"},
    {"sched_get_priority_min", "os.sched_get_priority_min"},
    {"sched_getaffinity", "os.sched_getaffinity, os.process_cpu_count"},
    {"sched_getparam", "os.sched_getparam"},
    {"sched_getscheduler", "os.sched_getscheduler"},
    {"sysinfo", "os.sysconf('SC_PHYS_PAGES')"},
    {"uname", "os.uname, platform"},

    // Children, of which there are none: honest code is told so.
    {"wait4", "os.waitpid, os.wait4"},
    {"waitid", "os.waitid"},
};

constexpr AllowedSyscall kConditional[] = {
    {"prlimit64", "resource.getrlimit"},
    {"socketpair", "socket.socketpair, asyncio"},
};

constexpr GuestFdSyscall kGuestFds[] = {
    {"dup2", 1, "os.dup2, inheritable"},
    {"dup3", 1, "os.dup2"},
};

// No memory is executable. What is protected otherwise than as a growing region's front would stay so for the next
// call.
std::vector<SyscallChoice> Choices() {
  return {
      {.name = "mmap",
       .argument = 2,
       .error = EPERM,
       .allowed = {{PROT_NONE, "PROT_NONE", "the rewind gives back what has grown into its reserve"},
                   {PROT_READ, "PROT_READ", "mmap.ACCESS_READ"},
                   {PROT_READ | PROT_WRITE, "PROT_READ|PROT_WRITE", "memory"}}},
      {.name = "mprotect",
       .argument = 2,
       .error = EPERM,
       .allowed = {{PROT_READ | PROT_WRITE, "PROT_READ|PROT_WRITE",
                    "memory grows into its reserve; an extension's own does"}}},
      {.name = "fcntl",
       .argument = 1,
       .error = EPERM,
       .allowed = {{F_GETFD, "F_GETFD", "the rewind looks for descriptors that a call has left open"},
                   {F_DUPFD_CLOEXEC, "F_DUPFD_CLOEXEC", "os.dup"},
                   {F_DUPFD, "F_DUPFD", "fcntl.fcntl"},
                   {F_SETFD, "F_SETFD", "os.set_inheritable"},
                   {F_GETFL, "F_GETFL", "os.get_blocking"},
                   {F_SETFL, "F_SETFL", "os.set_blocking"}}},
      {.name = "madvise",
       .argument = 2,
       .error = EPERM,
       .allowed = {{MADV_NORMAL, "MADV_NORMAL", "mmap.madvise"},
                   {MADV_WILLNEED, "MADV_WILLNEED", "mmap.madvise"},
                   {MADV_FREE, "MADV_FREE", "mmap.madvise"}}},
      {.name = "ioctl",
       .argument = 1,
       .error = ENOTTY,
       .allowed = {{FIONBIO, "FIONBIO", "socket.setblocking"},
                   {FIONREAD, "FIONREAD", "fcntl.ioctl, to ask how much there is to read"}}},
  };
}

}  // namespace

SyscallPolicy PythonSyscalls() {
  return Join(SharedSyscalls(), {
                                    .allowed = {std::begin(kAllowed), std::end(kAllowed)},
                                    .conditional = {std::begin(kConditional), std::end(kConditional)},
                                    .choices = Choices(),
                                    .guest_fds = {std::begin(kGuestFds), std::end(kGuestFds)},
                                });
}

}  // namespace mayfly::runtime
