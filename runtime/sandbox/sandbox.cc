#include "runtime/sandbox/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "runtime/sandbox/capabilities.h"
#include "runtime/sandbox/landlock.h"
#include "runtime/sandbox/namespaces.h"
#include "runtime/sandbox/resource_limits.h"

namespace mayfly::runtime {
namespace {

absl::Status Failed(const char* what) { return absl::InternalError(absl::StrCat(what, ": ", strerror(errno))); }

// The zygote and all its workers write to one pipe. Whether a write blocks is a setting of the open file, not of the
// descriptor, so each worker gets an open file of its own: it can then make its own writes block, but no neighbour's.
absl::Status OwnStderr() {
  const int own = open("/proc/self/fd/2", O_WRONLY | O_NONBLOCK | O_CLOEXEC);
  if (own < 0) return Failed("stderr");
  const int moved = dup2(own, STDERR_FILENO);
  close(own);
  return moved < 0 ? Failed("stderr") : absl::OkStatus();
}

}  // namespace

std::string_view SandboxLevelName(SandboxLevel level) {
  switch (level) {
    case SandboxLevel::kNone:
      return "none";
    case SandboxLevel::kSeccomp:
      return "seccomp";
    case SandboxLevel::kLandlock:
      return "landlock";
    case SandboxLevel::kNamespaces:
      return "namespaces";
  }
  return "";
}

std::optional<SandboxLevel> ParseSandboxLevel(std::string_view name) {
  for (const SandboxLevel level : kSandboxLevels) {
    if (SandboxLevelName(level) == name) return level;
  }
  return std::nullopt;
}

SandboxReport ProbeSandbox() {
  return {.seccomp = HasSeccomp(), .landlock_abi = LandlockAbi(), .namespaces = ProbeNamespaces()};
}

SandboxLevel LevelOf(const SandboxReport& report) {
  if (!report.seccomp) return SandboxLevel::kNone;
  if (report.landlock_abi == 0) return SandboxLevel::kSeccomp;
  return report.namespaces.ok() ? SandboxLevel::kNamespaces : SandboxLevel::kLandlock;
}

SyscallPolicy PolicyOf(Language language) {
  switch (language) {
    case Language::kJs:
      return JsSyscalls();
    case Language::kPython:
      return PythonSyscalls();
  }
  return {};
}

absl::StatusOr<Sandbox> Sandbox::Create(const SyscallPolicy& policy, const SandboxParts& parts) {
  if (!HasSeccomp()) return absl::UnavailableError("this machine has no seccomp, so no worker can be locked in");
  absl::StatusOr<SyscallFilter> filter = SyscallFilter::Compile(policy);
  if (!filter.ok()) return filter.status();
  if (parts.namespaces) {
    if (absl::Status status = EnterNamespaces(); !status.ok()) return status;
  }
  return Sandbox(*std::move(filter), parts.landlock ? LandlockAbi() : 0, parts.namespaces);
}

absl::Status Sandbox::Lock(const LockOptions& options) const {
  if (absl::Status status = OwnStderr(); !status.ok()) return status;
  if (absl::Status status = LimitResources(options.memory_limit_bytes); !status.ok()) return status;
  if (has_namespaces_) {
    if (absl::Status status = EnterEmptyFolder(); !status.ok()) return status;
  }
  if (absl::Status status = DropCapabilities(); !status.ok()) return status;
  if (options.debugger == LockOptions::Debugger::kRefused && prctl(PR_SET_DUMPABLE, 0) != 0) {
    return Failed("PR_SET_DUMPABLE");
  }
  if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return Failed("PR_SET_NO_NEW_PRIVS");
  if (landlock_abi_ > 0) {
    if (absl::Status status = DropAllByLandlock(landlock_abi_); !status.ok()) return status;
  }
  return filter_.Load(getpid());
}

}  // namespace mayfly::runtime
