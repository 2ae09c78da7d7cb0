// Which system calls a worker may make, each with the reason why: shared_syscalls.cc for both engines, js_syscalls.cc
// and python_syscalls.cc for one, refused_syscalls.cc for what gets an error. Every other call ends the worker.
#ifndef MAYFLY_RUNTIME_SANDBOX_SYSCALL_POLICY_H_
#define MAYFLY_RUNTIME_SANDBOX_SYSCALL_POLICY_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace mayfly::runtime {

// Calls are named as the kernel names them. One that this architecture or libseccomp does not know is passed over.

// A call, and what needs it.
struct AllowedSyscall {
  const char* name;
  const char* reason;
};

// A value that an argument may have, its name, and what needs it.
struct AllowedValue {
  uint32_t value;
  const char* name;
  const char* reason;
};

// A call that is allowed for some values of one argument and gets `error` for all others. The argument's low 32 bits
// decide: of each of these the kernel reads no more, or refuses more.
struct SyscallChoice {
  const char* name;
  size_t argument;  // from 0
  int error;
  std::vector<AllowedValue> allowed;
};

// Stands in a choice for the pid of the process that the filter is over.
inline constexpr uint32_t kOwnPid = UINT32_MAX;

// A call that is allowed on descriptors of the guest's own and gets EPERM on those below kFirstGuestFd: stdio and the
// channel stay what they are, else what a guest puts in their place would outlast its call.
struct GuestFdSyscall {
  const char* name;
  size_t argument;  // the descriptor, from 0
  const char* reason;
};
inline constexpr uint32_t kFirstGuestFd = 4;

struct SyscallPolicy {
  std::vector<AllowedSyscall> allowed;  // whatever the arguments

  // Allowed under a condition that syscall_filter.cc has for each of them: "prlimit64" to read one's own limits,
  // "socketpair" to make a pair of connected AF_UNIX streams. Otherwise EPERM.
  std::vector<AllowedSyscall> conditional;

  std::vector<SyscallChoice> choices;
  std::vector<GuestFdSyscall> guest_fds;
};

// Calls that honest code may try: it gets `error` and goes on.
struct RefusedSyscalls {
  const char* reason;
  int error;
  std::span<const char* const> names;
};

// What the loop around every engine needs, and the rewind.
SyscallPolicy SharedSyscalls();

// All that either of two policies allows.
SyscallPolicy Join(SyscallPolicy policy, const SyscallPolicy& more);

// These have the shared ones in them.
SyscallPolicy JsSyscalls();
SyscallPolicy PythonSyscalls();

// For both engines. What a policy allows, in any way, is not refused.
std::span<const RefusedSyscalls> RefusedSyscallGroups();

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_SANDBOX_SYSCALL_POLICY_H_
