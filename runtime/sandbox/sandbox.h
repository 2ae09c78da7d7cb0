// Locks a worker in: what a guest can do to the machine is what this leaves.
#ifndef MAYFLY_RUNTIME_SANDBOX_SANDBOX_H_
#define MAYFLY_RUNTIME_SANDBOX_SANDBOX_H_

#include <cstdint>
#include <optional>
#include <string_view>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "runtime/channel/messages.h"
#include "runtime/channel/sandbox_parts.h"
#include "runtime/sandbox/syscall_filter.h"
#include "runtime/sandbox/syscall_policy.h"

namespace mayfly::runtime {

// What this machine has of what a sandbox is made of.
struct SandboxReport {
  bool seccomp = false;
  int landlock_abi = 0;     // 0: none
  absl::Status namespaces;  // OK, or which step of entering them is refused, and why
};

// How much that is; each level has all that those below it have.
enum class SandboxLevel {
  kNone = 0,        // workers can't be locked, so none is started
  kSeccomp = 1,     // system calls are filtered, resources limited, capabilities dropped
  kLandlock = 2,    // and the kernel refuses files, TCP and other processes whatever the filter lets through
  kNamespaces = 3,  // and there is no file, no network and no host name to reach
};
inline constexpr SandboxLevel kSandboxLevels[] = {SandboxLevel::kNone, SandboxLevel::kSeccomp, SandboxLevel::kLandlock,
                                                  SandboxLevel::kNamespaces};

// "none", "seccomp", "landlock", "namespaces".
std::string_view SandboxLevelName(SandboxLevel level);
std::optional<SandboxLevel> ParseSandboxLevel(std::string_view name);

// Tries what must be tried to be known, in a forked process. Takes some milliseconds.
SandboxReport ProbeSandbox();
SandboxLevel LevelOf(const SandboxReport& report);

struct LockOptions {
  int64_t memory_limit_bytes = 0;  // what the worker may use beyond what it has when it is locked

  // kAllowed leaves the process open to a debugger of the same user.
  enum class Debugger { kRefused, kAllowed } debugger = Debugger::kRefused;
};

// What a language's workers may ask of the kernel.
SyscallPolicy PolicyOf(Language language);

// Made once, in the zygote, since it compiles; locks one process, a fork of the one that made it.
class Sandbox {
 public:
  // If namespaces are among the parts, this process enters them now, so it has one thread, and what it needs of files
  // it has read. Errors: UNAVAILABLE when the machine has no seccomp, or refuses the namespaces.
  static absl::StatusOr<Sandbox> Create(const SyscallPolicy& policy, const SandboxParts& parts);

  // Locks the calling process, which has one thread, for ever. The process has closed the descriptors it does not need.
  // After an error it is locked in part, and must end.
  absl::Status Lock(const LockOptions& options) const;

 private:
  Sandbox(SyscallFilter filter, int landlock_abi, bool has_namespaces)
      : filter_(std::move(filter)), landlock_abi_(landlock_abi), has_namespaces_(has_namespaces) {}

  SyscallFilter filter_;
  int landlock_abi_;  // 0: left out
  bool has_namespaces_;
};

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_SANDBOX_SANDBOX_H_
