#include "mayfly/choose_sandbox.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/error.h"
#include "base/reason.h"

namespace mayfly {
namespace {

using dataplane::OwnCgroup;
using dataplane::WorkerCgroups;
using runtime::SandboxLevel;
using runtime::SandboxLevelName;
using runtime::SandboxReport;

constexpr std::string_view kCgroups = "control groups";
constexpr std::string_view kCgroupLimit = "the other limit of control groups";

absl::Status Refuse(absl::StatusCode code, const std::string& message) {
  return MakeError(code, reason::kRequestInvalid, message);
}

std::string Missing(std::string_view part, std::string_view why) { return absl::StrCat(part, " (", why, ")"); }

// Why a part of that level is left out; empty: it is not.
std::string WhyNoLandlock(const SandboxOptions& options, const SandboxReport& report) {
  if (options.level.has_value() && *options.level < SandboxLevel::kLandlock) return "not chosen by --sandbox";
  return report.landlock_abi == 0 ? "the kernel does not offer it" : "";
}

std::string WhyNoNamespaces(const SandboxOptions& options, const SandboxReport& report) {
  if (options.level.has_value() && *options.level < SandboxLevel::kNamespaces) return "not chosen by --sandbox";
  if (options.debug) return "left out by --keep-crashed-worker";
  return std::string(report.namespaces.message());
}

void ChooseCgroup(const SandboxOptions& options, const absl::StatusOr<OwnCgroup>& cgroup, SandboxChoice& choice) {
  if (options.cgroup == CgroupUse::kOff) {
    choice.missing.push_back(Missing(kCgroups, "turned off by --cgroup"));
  } else if (!cgroup.ok()) {
    choice.missing.push_back(Missing(kCgroups, cgroup.status().message()));
  } else {
    choice.used.push_back(absl::StrCat(kCgroups, " (", absl::StrJoin(cgroup->controllers, ", "), ")"));
    if (!cgroup->missing.empty()) choice.missing.push_back(Missing(kCgroupLimit, cgroup->missing));
  }
}

SandboxChoice Choose(const SandboxOptions& options, const SandboxReport& report,
                     const absl::StatusOr<OwnCgroup>& cgroup) {
  SandboxChoice choice;
  if (report.seccomp) {
    choice.used.emplace_back("seccomp");
  } else {
    choice.missing.push_back(Missing("seccomp", "the kernel does not offer it"));
  }
  const std::string no_landlock = WhyNoLandlock(options, report);
  choice.parts.landlock = no_landlock.empty();
  if (choice.parts.landlock) {
    choice.used.push_back(absl::StrCat("Landlock ", report.landlock_abi));
  } else {
    choice.missing.push_back(Missing("Landlock", no_landlock));
  }
  const std::string no_namespaces = WhyNoNamespaces(options, report);
  choice.parts.namespaces = no_namespaces.empty();
  if (choice.parts.namespaces) {
    choice.used.emplace_back("namespaces");
  } else {
    choice.missing.push_back(Missing("namespaces", no_namespaces));
  }
  ChooseCgroup(options, cgroup, choice);
  choice.level =
      runtime::LevelOf({.seccomp = report.seccomp,
                        .landlock_abi = choice.parts.landlock ? report.landlock_abi : 0,
                        .namespaces = choice.parts.namespaces ? absl::OkStatus() : absl::UnavailableError("")});
  return choice;
}

absl::Status NotReached(std::string_view flag, const SandboxChoice& choice) {
  return Refuse(absl::StatusCode::kFailedPrecondition,
                absl::StrCat(flag, " can't be had: the sandbox's level here is ", DescribeSandbox(choice)));
}

}  // namespace

absl::StatusOr<SandboxChoice> ChooseSandbox(const SandboxOptions& options, const SandboxReport& report,
                                            const absl::StatusOr<OwnCgroup>& cgroup) {
  const std::string min_flag = absl::StrCat("--min-sandbox=", SandboxLevelName(options.min));
  if (options.level.has_value() && *options.level < options.min) {
    return Refuse(absl::StatusCode::kInvalidArgument,
                  absl::StrCat("--sandbox=", SandboxLevelName(*options.level), " is below ", min_flag));
  }
  const SandboxChoice choice = Choose(options, report, cgroup);
  if (choice.level < options.min) return NotReached(min_flag, choice);
  if (options.level.has_value() && choice.level < *options.level) {
    return NotReached(absl::StrCat("--sandbox=", SandboxLevelName(*options.level)), choice);
  }
  const bool has_cgroups = cgroup.ok() && cgroup->missing.empty();
  if (options.cgroup == CgroupUse::kRequire && !has_cgroups) return NotReached("--cgroup=require", choice);
  return choice;
}

absl::StatusOr<SandboxChoice> ChooseSandbox(const SandboxOptions& options) {
  return ChooseSandbox(options, runtime::ProbeSandbox(), dataplane::FindOwnCgroup(""));
}

absl::StatusOr<SandboxChoice> PrepareSandbox(const SandboxOptions& options, WorkerCgroups::Move move) {
  absl::StatusOr<OwnCgroup> cgroup = dataplane::FindOwnCgroup("");
  std::shared_ptr<WorkerCgroups> groups;
  if (cgroup.ok() && options.cgroup != CgroupUse::kOff) {
    absl::StatusOr<std::shared_ptr<WorkerCgroups>> made = WorkerCgroups::Open(*cgroup, move);
    if (made.ok()) {
      groups = *std::move(made);
    } else {
      cgroup = made.status();
    }
  }
  absl::StatusOr<SandboxChoice> choice = ChooseSandbox(options, runtime::ProbeSandbox(), cgroup);
  if (choice.ok()) choice->cgroups = std::move(groups);
  return choice;
}

std::string DescribeSandbox(const SandboxChoice& choice) {
  std::string text = std::string(SandboxLevelName(choice.level));
  if (!choice.used.empty()) absl::StrAppend(&text, ": ", absl::StrJoin(choice.used, ", "));
  if (!choice.missing.empty()) absl::StrAppend(&text, "; without ", absl::StrJoin(choice.missing, ", "));
  return text;
}

}  // namespace mayfly
