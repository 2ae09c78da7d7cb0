#include "mayfly/choose_sandbox.h"

#include <algorithm>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/error.h"
#include "base/reason.h"

namespace mayfly {
namespace {

using runtime::SandboxLevel;
using runtime::SandboxLevelName;
using runtime::SandboxReport;

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

SandboxChoice Choose(const SandboxOptions& options, const SandboxReport& report) {
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

absl::StatusOr<SandboxChoice> ChooseSandbox(const SandboxOptions& options, const SandboxReport& report) {
  const std::string min_flag = absl::StrCat("--min-sandbox=", SandboxLevelName(options.min));
  if (options.level.has_value() && *options.level < options.min) {
    return Refuse(absl::StatusCode::kInvalidArgument,
                  absl::StrCat("--sandbox=", SandboxLevelName(*options.level), " is below ", min_flag));
  }
  const SandboxChoice choice = Choose(options, report);
  if (choice.level < options.min) return NotReached(min_flag, choice);
  if (options.level.has_value() && choice.level < *options.level) {
    return NotReached(absl::StrCat("--sandbox=", SandboxLevelName(*options.level)), choice);
  }
  return choice;
}

absl::StatusOr<SandboxChoice> ChooseSandbox(const SandboxOptions& options) {
  return ChooseSandbox(options, runtime::ProbeSandbox());
}

std::string DescribeSandbox(const SandboxChoice& choice) {
  std::string text = std::string(SandboxLevelName(choice.level));
  if (!choice.used.empty()) absl::StrAppend(&text, ": ", absl::StrJoin(choice.used, ", "));
  if (!choice.missing.empty()) absl::StrAppend(&text, "; without ", absl::StrJoin(choice.missing, ", "));
  return text;
}

}  // namespace mayfly
