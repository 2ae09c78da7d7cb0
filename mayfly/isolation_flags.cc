#include "mayfly/isolation_flags.h"

#include <CLI/CLI.hpp>
#include <map>
#include <string>
#include <vector>

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

}  // namespace

void DeclareIsolationFlags(CLI::App& app, IsolationOptions& options) {
  app.add_option("--isolation", options.strategy,
                 "How calls are kept apart where this process runs them (auto: rewind where it works, else fresh)")
      ->transform(CLI::CheckedTransformer(Strategies()))
      ->envname("MAYFLY_ISOLATION");
  app.add_option_function<std::string>(
         "--rewind", [&options](const std::string& name) { options.rewind = runtime::ParseRewindWay(name); },
         "The way of rewinding (auto: the best that works)")
      ->check(CLI::IsMember(WayNames()))
      ->envname("MAYFLY_REWIND");
  app.add_flag("--verify-rewind", options.verify,
               "Compare all of a worker's memory with its checkpoint after each rewind, and end a worker that differs; "
               "slow")
      ->envname("MAYFLY_VERIFY_REWIND");
}

}  // namespace mayfly
