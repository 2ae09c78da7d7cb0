// A seccomp filter: compiled once in the zygote, loaded in each worker.
#ifndef MAYFLY_RUNTIME_SANDBOX_SYSCALL_FILTER_H_
#define MAYFLY_RUNTIME_SANDBOX_SYSCALL_FILTER_H_

#include <linux/filter.h>
#include <sys/types.h>

#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/sandbox/syscall_policy.h"

namespace mayfly::runtime {

class SyscallFilter {
 public:
  // Allows what `policy` allows, refuses RefusedSyscallGroups() with their errors, and ends the process by SIGSYS for
  // all else and for calls of another architecture.
  static absl::StatusOr<SyscallFilter> Compile(const SyscallPolicy& policy);

  // Puts the filter over this process for ever; `self` is its pid, the one process it may signal. NO_NEW_PRIVS is set.
  absl::Status Load(pid_t self) const;

 private:
  SyscallFilter(const SyscallPolicy& policy, std::vector<sock_filter> program)
      : policy_(policy), program_(std::move(program)) {}

  SyscallPolicy policy_;
  std::vector<sock_filter> program_;
};

// Whether the kernel has seccomp filters that can end a process.
bool HasSeccomp();

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_SANDBOX_SYSCALL_FILTER_H_
