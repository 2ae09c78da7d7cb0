// What V8 and our loop around it need. JavaScript itself reaches no system call.
#include "runtime/sandbox/syscall_policy.h"

namespace mayfly::runtime {
namespace {

constexpr const char* kAllowed[] = {
    // The channel.
    "recvfrom",
    "sendto",

    // A last word on stderr; stdio looks at what it writes to.
    "fstat",
    "write",
    "writev",

    // The rewind, besides its ioctls: the process's size and mappings; what a call might have opened.
    "pread64",

    // Memory, besides mmap, mprotect and madvise.
    "brk",
    "mremap",
    "munmap",

    // Time, and waiting for it.
    "clock_getres",
    "clock_gettime",
    "clock_nanosleep",
    "gettimeofday",
    "nanosleep",
    "time",

    // Locks.
    "futex",
    "membarrier",
    "sched_yield",

    // Randomness.
    "getrandom",

    // Signals to itself: a crash, an abort.
    "restart_syscall",
    "rt_sigprocmask",
    "rt_sigreturn",
    "sigaltstack",

    // Who am I.
    "getpid",
    "getrusage",
    "gettid",
    "sched_getaffinity",
    "getcpu",

    // The end.
    "exit",
    "exit_group",
};

}  // namespace

SyscallPolicy JsSyscalls() {
  return {
      .allowed = kAllowed,
      .executable_memory = SyscallPolicy::ExecutableMemory::kAllowed,
      .socket_pairs = SyscallPolicy::SocketPairs::kRefused,
  };
}

}  // namespace mayfly::runtime
