#include "mayfly/choose_isolation.h"

#include <algorithm>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/error.h"
#include "base/reason.h"

namespace mayfly {
namespace {

using dataplane::Isolation;
using runtime::RewindProbe;
using runtime::RewindWay;
using runtime::RewindWayName;

absl::Status Contradiction(RewindWay way) {
  return MakeError(absl::StatusCode::kInvalidArgument, reason::kRequestInvalid,
                   absl::StrCat("--rewind=", RewindWayName(way), " contradicts --isolation=fresh: give only one"));
}

absl::Status NotHere(std::string_view flag, std::string_view why) {
  return MakeError(absl::StatusCode::kFailedPrecondition, reason::kRequestInvalid,
                   absl::StrCat(flag, " does not work here: ", why));
}

// What the ways before `end` lack.
std::string Refusals(const std::vector<RewindProbe>& probes, std::vector<RewindProbe>::const_iterator end) {
  return absl::StrJoin(probes.begin(), end, "; ",
                       [](std::string* text, const RewindProbe& probe) { text->append(probe.status.message()); });
}

absl::StatusOr<Isolation> ChooseWay(RewindWay way, const std::vector<RewindProbe>& probes) {
  const std::string flag = absl::StrCat("--rewind=", RewindWayName(way));
  const auto probe = std::ranges::find(probes, way, &RewindProbe::way);
  if (probe == probes.end()) return NotHere(flag, "it was not tried");
  if (!probe->status.ok()) return NotHere(flag, probe->status.message());
  return Isolation{.rewind = way, .reason = absl::StrCat("chosen by ", flag)};
}

absl::StatusOr<Isolation> ChooseBest(IsolationStrategy strategy, const std::vector<RewindProbe>& probes) {
  const auto best = std::ranges::find_if(probes, [](const RewindProbe& probe) { return probe.status.ok(); });
  if (best != probes.end()) {
    const std::string refusals = Refusals(probes, best);
    return Isolation{.rewind = best->way,
                     .reason = absl::StrCat(RewindWayName(best->way), " works here",
                                            refusals.empty() ? "" : absl::StrCat(" (", refusals, ")"))};
  }
  const std::string none = absl::StrCat("no way of rewinding works here: ", Refusals(probes, probes.end()));
  if (strategy == IsolationStrategy::kRewind) return NotHere("--isolation=rewind", none);
  return Isolation{.rewind = std::nullopt, .reason = none};
}

}  // namespace

absl::StatusOr<Isolation> ChooseIsolation(const IsolationOptions& options, const std::vector<RewindProbe>& probes) {
  if (options.strategy == IsolationStrategy::kFresh) {
    if (options.rewind.has_value()) return Contradiction(*options.rewind);
    return Isolation{.rewind = std::nullopt, .reason = "chosen by --isolation=fresh"};
  }
  if (options.rewind.has_value()) return ChooseWay(*options.rewind, probes);
  return ChooseBest(options.strategy, probes);
}

absl::StatusOr<Isolation> ChooseIsolation(const IsolationOptions& options) {
  absl::StatusOr<Isolation> isolation = ChooseIsolation(options, runtime::ProbeRewindWays());
  if (isolation.ok()) isolation->verify = options.verify;
  return isolation;
}

std::string DescribeIsolation(const Isolation& isolation) {
  if (!isolation.rewind.has_value()) return absl::StrCat("fresh: ", isolation.reason);
  return absl::StrCat("rewind by ", RewindWayName(*isolation.rewind), ": ", isolation.reason);
}

}  // namespace mayfly
