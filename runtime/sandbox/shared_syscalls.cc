// What a worker of either language needs: for the channel, for its memory, for the rewind, and to end.
#include <errno.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/mman.h>

#include <algorithm>
#include <iterator>
#include <string_view>

#include "runtime/sandbox/syscall_policy.h"

namespace mayfly::runtime {
namespace {

constexpr AllowedSyscall kAllowed[] = {
    // The channel.
    {"recvfrom", "the host's next message"},
    {"sendto", "the reply"},

    // Memory.
    {"brk", "malloc's heap grows, and the rewind puts its end back"},
    {"munmap", "large blocks and V8's pages are given back, and the rewind unmaps what a call has mapped"},

    // Time.
    {"clock_gettime", "CPU time is asked for before each reply; and where the vDSO can't read a clock"},
    {"gettimeofday", "the vDSO's own call where it can't read the clock: some virtual machines"},
    {"restart_syscall", "the kernel's own way to go on with a wait after SIGSTOP and SIGCONT"},

    // Randomness.
    {"getrandom", "every random number begins with the kernel's"},

    // The rewind.
    {"pread64", "it reads the process's size and mappings from files that it keeps open"},

    // A crash, and the end.
    {"write", "a last word on stderr, which our log takes up"},
    {"writev", "glibc's last word, when it finds the heap broken; os.writev"},
    {"getpid", "whom to signal, in abort and in the handler that stops a crashed worker for a debugger"},
    {"gettid", "abort signals its thread"},
    {"rt_sigprocmask", "abort lets its signal through"},
    {"rt_sigreturn", "the handler that stops a crashed worker returns when the debugger lets it"},
    {"exit_group", "the worker ends"},
};

std::vector<SyscallChoice> Choices() {
  return {
      {.name = "kill",
       .argument = 0,
       .error = EPERM,
       .allowed = {{kOwnPid, "itself", "a crashed worker stops itself for a debugger"}}},
      {.name = "tgkill", .argument = 0, .error = EPERM, .allowed = {{kOwnPid, "itself", "abort"}}},
      // Other advice changes what the kernel does with memory in calls to come, or puts traps into it.
      {.name = "madvise",
       .argument = 2,
       .error = EPERM,
       .allowed = {{MADV_DONTNEED, "MADV_DONTNEED", "freed memory goes back; the rewind drops a call's pages"},
                   {MADV_POPULATE_READ, "MADV_POPULATE_READ", "the checkpoint's pages are there before the first call"},
                   {MADV_POPULATE_WRITE, "MADV_POPULATE_WRITE", "likewise, those that it copies"}}},
      {.name = "ioctl",
       .argument = 1,
       .error = ENOTTY,
       .allowed = {{static_cast<uint32_t>(PAGEMAP_SCAN), "PAGEMAP_SCAN", "the rewind asks which pages were written"}}},
  };
}

constexpr GuestFdSyscall kGuestFds[] = {
    {"close", 0, "the rewind closes its store's file at the checkpoint; Python what it has opened"},
    {"close_range", 0, "the rewind closes what a call has left open"},
};

template <typename T>
void Append(std::vector<T>& list, const std::vector<T>& more) {
  list.insert(list.end(), more.begin(), more.end());
}

}  // namespace

SyscallPolicy SharedSyscalls() {
  return {
      .allowed = {std::begin(kAllowed), std::end(kAllowed)},
      .conditional = {},
      .choices = Choices(),
      .guest_fds = {std::begin(kGuestFds), std::end(kGuestFds)},
  };
}

SyscallPolicy Join(SyscallPolicy policy, const SyscallPolicy& more) {
  Append(policy.allowed, more.allowed);
  Append(policy.conditional, more.conditional);
  Append(policy.guest_fds, more.guest_fds);
  for (const SyscallChoice& choice : more.choices) {
    const auto same = std::ranges::find(policy.choices, std::string_view(choice.name),
                                        [](const SyscallChoice& other) { return std::string_view(other.name); });
    if (same == policy.choices.end()) {
      policy.choices.push_back(choice);
    } else {
      Append(same->allowed, choice.allowed);
    }
  }
  return policy;
}

}  // namespace mayfly::runtime
