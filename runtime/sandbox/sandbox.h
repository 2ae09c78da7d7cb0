// Locks a worker in: what a guest can do to the machine is what this leaves.
#ifndef MAYFLY_RUNTIME_SANDBOX_SANDBOX_H_
#define MAYFLY_RUNTIME_SANDBOX_SANDBOX_H_

#include <cstdint>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/channel/messages.h"
#include "runtime/sandbox/syscall_filter.h"

namespace mayfly::runtime {

// What this machine has of what a sandbox is made of.
struct SandboxReport {
  bool seccomp = false;
  int landlock_abi = 0;  // 0: none
};

// How much that is; each level has all that those below it have.
enum class SandboxLevel {
  kNone = 0,      // workers can't be locked, so none is started
  kSeccomp = 1,   // system calls are filtered
  kLandlock = 2,  // and the kernel refuses files, TCP and other processes whatever the filter lets through
};

SandboxReport ProbeSandbox();
SandboxLevel LevelOf(const SandboxReport& report);

struct LockOptions {
  int64_t memory_limit_bytes = 0;  // what the worker may use beyond what it has when it is locked

  // kAllowed leaves the process open to a debugger of the same user.
  enum class Debugger { kRefused, kAllowed } debugger = Debugger::kRefused;
};

// Made once, in the zygote, since it compiles; locks one process, a fork of the one that made it.
class Sandbox {
 public:
  // Errors: UNAVAILABLE when the machine has no seccomp.
  static absl::StatusOr<Sandbox> Create(Language language);

  // Locks the calling process, which has one thread, for ever. The process has closed the descriptors it does not need.
  // After an error it is locked in part, and must end.
  absl::Status Lock(const LockOptions& options) const;

 private:
  Sandbox(SyscallFilter filter, int landlock_abi) : filter_(std::move(filter)), landlock_abi_(landlock_abi) {}

  SyscallFilter filter_;
  int landlock_abi_;
};

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_SANDBOX_SANDBOX_H_
