#include "mayfly/isolation_flags.h"

#include <CLI/CLI.hpp>
#include <map>
#include <string>
#include <vector>

#include "clients/cli/choice.h"

namespace mayfly {
namespace {

constexpr char kAuto[] = "auto";

const std::map<std::string, IsolationStrategy>& Strategies() {
  static const auto& strategies = *new std::map<std::string, IsolationStrategy>{
      {kAuto, IsolationStrategy::kAuto}, {"fresh", IsolationStrategy::kFresh}, {"rewind", IsolationStrategy::kRewind}};
  return strategies;
}

std::vector<std::string> WayNames() {
  std::vector<std::string> names = {kAuto};
  for (const runtime::RewindWay way : runtime::kRewindWays) names.emplace_back(runtime::RewindWayName(way));
  return names;
}

// "seccomp", "landlock", "namespaces".
std::vector<std::string> LevelNames() {
  std::vector<std::string> names;
  for (const runtime::SandboxLevel level : runtime::kSandboxLevels) {
    if (level != runtime::SandboxLevel::kNone) names.emplace_back(runtime::SandboxLevelName(level));
  }
  return names;
}

const std::map<std::string, CgroupUse>& CgroupUses() {
  static const auto& uses = *new std::map<std::string, CgroupUse>{
      {kAuto, CgroupUse::kAuto}, {"off", CgroupUse::kOff}, {"require", CgroupUse::kRequire}};
  return uses;
}

void DeclareSandboxFlags(CLI::App& app, SandboxOptions& options) {
  std::vector<std::string> choices = LevelNames();
  choices.insert(choices.begin(), kAuto);
  app.add_option_function<std::string>(
         "--sandbox", [&options](const std::string& name) { options.level = runtime::ParseSandboxLevel(name); },
         "How workers are locked in (auto: the strongest that works)")
      ->check(cli::OneOf(choices))
      ->envname("MAYFLY_SANDBOX");
  app.add_option_function<std::string>(
         "--min-sandbox", [&options](const std::string& name) { options.min = *runtime::ParseSandboxLevel(name); },
         "Don't start where workers can't be locked in at least so (seccomp)")
      ->check(cli::OneOf(LevelNames()))
      ->envname("MAYFLY_MIN_SANDBOX");
  app.add_option("--cgroup", options.cgroup,
                 "A control group of its own for each worker (auto: where this process may make them)")
      ->transform(cli::Choice(CgroupUses()))
      ->envname("MAYFLY_CGROUP");
}

}  // namespace

void DeclareIsolationFlags(CLI::App& app, IsolationOptions& options) {
  app.add_option("--isolation", options.strategy,
                 "How calls are kept apart where this process runs them (auto: rewind where it works, else fresh)")
      ->transform(cli::Choice(Strategies()))
      ->envname("MAYFLY_ISOLATION")
      // There is no configuration file; and so `doctor` may have a flag of the same name.
      ->configurable(false);
  app.add_option_function<std::string>(
         "--rewind", [&options](const std::string& name) { options.rewind = runtime::ParseRewindWay(name); },
         "The way of rewinding (auto: the best that works)")
      ->check(cli::OneOf(WayNames()))
      ->envname("MAYFLY_REWIND");
  app.add_flag("--verify-rewind", options.verify,
               "Compare all of a worker's memory with its checkpoint after each rewind, and end a worker that differs; "
               "slow")
      ->envname("MAYFLY_VERIFY_REWIND");
  DeclareSandboxFlags(app, options.sandbox);
}

}  // namespace mayfly
