// What CPython and its standard library need. A guest reaches every system call, by ctypes, so each of these is one
// that a hostile guest may make with any arguments: none opens a file, none reaches another process, none changes what
// outlives the call.
#include "runtime/sandbox/syscall_policy.h"

namespace mayfly::runtime {
namespace {

constexpr const char* kAllowed[] = {
    // The channel; and the sockets of asyncio's own pair.
    "getpeername",
    "getsockname",
    "getsockopt",
    "recvfrom",
    "sendto",
    "shutdown",

    // Descriptors that are open: stdio, pipes, the pair.
    "dup",
    "eventfd2",
    "fstat",
    "lseek",
    "pipe",
    "pipe2",
    "pread64",
    "pwrite64",
    "read",
    "readv",
    "write",
    "writev",

    // Waiting for them.
    "epoll_create",
    "epoll_create1",
    "epoll_ctl",
    "epoll_pwait",
    "epoll_pwait2",
    "epoll_wait",
    "poll",
    "ppoll",
    "pselect6",
    "select",

    // Memory, besides mmap, mprotect and madvise.
    "brk",
    "mincore",
    "mremap",
    "mseal",
    "msync",
    "munmap",

    // Time, and waiting for it.
    "clock_getres",
    "clock_gettime",
    "clock_nanosleep",
    "getitimer",
    "gettimeofday",
    "nanosleep",
    "time",
    "times",

    // Locks.
    "futex",
    "sched_yield",

    // Randomness.
    "getrandom",

    // Signals to itself.
    "pause",
    "restart_syscall",
    "rt_sigpending",
    "rt_sigprocmask",
    "rt_sigreturn",
    "rt_sigsuspend",
    "rt_sigtimedwait",
    "sigaltstack",

    // Who and where am I.
    "getcpu",
    "getcwd",
    "getegid",
    "geteuid",
    "getgid",
    "getgroups",
    "getpgid",
    "getpgrp",
    "getpid",
    "getppid",
    "getpriority",
    "getresgid",
    "getresuid",
    "getrlimit",
    "getrusage",
    "getsid",
    "gettid",
    "getuid",
    "sched_get_priority_max",
    "sched_get_priority_min",
    "sched_getaffinity",
    "sched_getparam",
    "sched_getscheduler",
    "sysinfo",
    "uname",

    // Children, of which there are none.
    "wait4",
    "waitid",

    // The end.
    "exit",
    "exit_group",
};

}  // namespace

SyscallPolicy PythonSyscalls() {
  return {
      .allowed = kAllowed,
      .executable_memory = SyscallPolicy::ExecutableMemory::kRefused,
      .socket_pairs = SyscallPolicy::SocketPairs::kAllowed,
  };
}

}  // namespace mayfly::runtime
