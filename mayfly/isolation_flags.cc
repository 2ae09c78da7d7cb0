#include "mayfly/isolation_flags.h"

#include <CLI/CLI.hpp>
#include <map>
#include <optional>
#include <string>

#include "clients/cli/choice.h"

namespace mayfly {
namespace {

constexpr char kAuto[] = "auto";

const std::map<std::string, IsolationStrategy>& Strategies() {
  static const auto& strategies = *new std::map<std::string, IsolationStrategy>{
      {kAuto, IsolationStrategy::kAuto}, {"fresh", IsolationStrategy::kFresh}, {"rewind", IsolationStrategy::kRewind}};
  return strategies;
}

// kAuto is no way: of an option that has none.
constexpr int kNoWay = -1;

std::map<std::string, int> Ways() {
  std::map<std::string, int> ways = {{kAuto, kNoWay}};
  for (const runtime::RewindWay way : runtime::kRewindWays) {
    ways.emplace(runtime::RewindWayName(way), static_cast<int>(way));
  }
  return ways;
}

// "seccomp", "landlock", "namespaces".
std::vector<std::string> LevelNames() {
  std::vector<std::string> names;
  for (const runtime::SandboxLevel level : runtime::kSandboxLevels) {
    if (level != runtime::SandboxLevel::kNone) names.emplace_back(runtime::SandboxLevelName(level));
  }
  return names;
}

void DeclareSandboxFlags(CLI::App& app, SandboxOptions& options) {
  std::vector<std::string> choices = LevelNames();
  choices.insert(choices.begin(), kAuto);
  app.add_option_function<std::string>(
         "--sandbox", [&options](const std::string& name) { options.level = runtime::ParseSandboxLevel(name); },
         "How workers are locked in (auto: the strongest that works)")
      ->check(CLI::IsMember(choices))
      ->envname("MAYFLY_SANDBOX");
  app.add_option_function<std::string>(
         "--min-sandbox", [&options](const std::string& name) { options.min = *runtime::ParseSandboxLevel(name); },
         "Don't start where workers can't be locked in at least so (seccomp)")
      ->check(CLI::IsMember(LevelNames()))
      ->envname("MAYFLY_MIN_SANDBOX");
}

}  // namespace

void DeclareIsolationFlags(CLI::App& app, IsolationOptions& options) {
  app.add_option("--isolation", options.strategy,
                 "How calls are kept apart where this process runs them (auto: rewind where it works, else fresh)")
      ->transform(cli::Choice(Strategies()))
      ->envname("MAYFLY_ISOLATION")
      // There is no configuration file; and so `doctor` may have a flag of the same name.
      ->configurable(false);
  app.add_option_function<int>(
         "--rewind",
         [&options](int way) {
           options.rewind = way == kNoWay ? std::nullopt : std::optional(static_cast<runtime::RewindWay>(way));
         },
         "The way of rewinding (auto: the best that works)")
      ->transform(cli::Choice(Ways()))
      ->envname("MAYFLY_REWIND");
  app.add_flag("--verify-rewind", options.verify,
               "Compare all of a worker's memory with its checkpoint after each rewind, and end a worker that differs; "
               "slow")
      ->envname("MAYFLY_VERIFY_REWIND");
  DeclareSandboxFlags(app, options.sandbox);
}

}  // namespace mayfly
