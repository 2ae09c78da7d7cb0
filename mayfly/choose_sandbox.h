// Which sandbox a data plane's workers get: what was asked for, as far as this machine allows it.
#ifndef MAYFLY_MAYFLY_CHOOSE_SANDBOX_H_
#define MAYFLY_MAYFLY_CHOOSE_SANDBOX_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "dataplane/own_cgroup.h"
#include "dataplane/worker_cgroups.h"
#include "mayfly/sandbox_options.h"
#include "runtime/channel/sandbox_parts.h"
#include "runtime/sandbox/sandbox.h"

namespace mayfly {

struct SandboxChoice {
  runtime::SandboxLevel level = runtime::SandboxLevel::kNone;
  runtime::SandboxParts parts;
  std::shared_ptr<dataplane::WorkerCgroups> cgroups;  // null: none, or they were not made
  std::vector<std::string> used;     // "seccomp", "Landlock 7", "namespaces", "control groups (memory, pids)"
  std::vector<std::string> missing;  // "namespaces (unshare: Operation not permitted)"
};

// Errors: FAILED_PRECONDITION, with what is missing and why, when the machine does not reach the level that was chosen,
// or the least one, or has no control groups though they are required; INVALID_ARGUMENT when the level chosen is below
// the least one. `cgroup` is where they would be made, or why they can't be.
absl::StatusOr<SandboxChoice> ChooseSandbox(const SandboxOptions& options, const runtime::SandboxReport& report,
                                            const absl::StatusOr<dataplane::OwnCgroup>& cgroup);

// The same, of this machine, of which it changes nothing: no control groups are made.
absl::StatusOr<SandboxChoice> ChooseSandbox(const SandboxOptions& options);

// The same, with the control groups made; `move` says whether this process may be moved out of their way.
absl::StatusOr<SandboxChoice> PrepareSandbox(const SandboxOptions& options, dataplane::WorkerCgroups::Move move);

// "landlock: seccomp, Landlock 7; without namespaces (unshare: Operation not permitted)".
std::string DescribeSandbox(const SandboxChoice& choice);

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_CHOOSE_SANDBOX_H_
