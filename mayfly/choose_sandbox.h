// Which sandbox a data plane's workers get: what was asked for, as far as this machine allows it.
#ifndef MAYFLY_MAYFLY_CHOOSE_SANDBOX_H_
#define MAYFLY_MAYFLY_CHOOSE_SANDBOX_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "mayfly/sandbox_options.h"
#include "runtime/channel/sandbox_parts.h"
#include "runtime/sandbox/sandbox.h"

namespace mayfly {

struct SandboxChoice {
  runtime::SandboxLevel level = runtime::SandboxLevel::kNone;
  runtime::SandboxParts parts;
  std::vector<std::string> used;     // "seccomp", "Landlock 7", "namespaces"
  std::vector<std::string> missing;  // "namespaces (unshare: Operation not permitted)"
};

// Errors: FAILED_PRECONDITION, with what is missing and why, when the machine does not reach the level that was chosen,
// or the least one; INVALID_ARGUMENT when the level chosen is below the least one.
absl::StatusOr<SandboxChoice> ChooseSandbox(const SandboxOptions& options, const runtime::SandboxReport& report);

// The same, of this machine.
absl::StatusOr<SandboxChoice> ChooseSandbox(const SandboxOptions& options);

// "landlock: seccomp, Landlock 7; without namespaces (unshare: Operation not permitted)".
std::string DescribeSandbox(const SandboxChoice& choice);

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_CHOOSE_SANDBOX_H_
