// Which system calls a worker may make: one list for each engine, and one of what is refused with an error. Every other
// call ends the worker.
#ifndef MAYFLY_RUNTIME_SANDBOX_SYSCALL_POLICY_H_
#define MAYFLY_RUNTIME_SANDBOX_SYSCALL_POLICY_H_

#include <span>

namespace mayfly::runtime {

// Calls are named as the kernel names them. One that this architecture or libseccomp does not know is passed over.
struct SyscallPolicy {
  // Allowed whatever the arguments. Besides these, every worker may use mmap, mprotect and madvise, signal itself
  // (kill, tgkill), read its own limits, close and duplicate descriptors other than stdio and the channel, and use the
  // harmless commands of fcntl and ioctl (syscall_filter.cc).
  std::span<const char* const> allowed;

  // May mapped memory be executable? A compiler needs it.
  enum class ExecutableMemory { kRefused, kAllowed } executable_memory = ExecutableMemory::kRefused;

  // Pairs of connected stream sockets, as asyncio makes to wake itself.
  enum class SocketPairs { kRefused, kAllowed } socket_pairs = SocketPairs::kRefused;
};

// What honest code may try; it gets `error` and goes on.
struct RefusedSyscall {
  const char* name;
  int error;
};

// js_syscalls.cc, python_syscalls.cc.
SyscallPolicy JsSyscalls();
SyscallPolicy PythonSyscalls();

// refused_syscalls.cc.
std::span<const RefusedSyscall> RefusedSyscalls();

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_SANDBOX_SYSCALL_POLICY_H_
