#include "runtime/rewind/rewind_way.h"

namespace mayfly::runtime {

std::string_view RewindWayName(RewindWay way) {
  switch (way) {
    case RewindWay::kUserfaultfd:
      return "userfaultfd";
    case RewindWay::kPagemapScan:
      return "pagemap-scan";
    case RewindWay::kPagemap:
      return "pagemap";
    case RewindWay::kDontNeed:
      return "dontneed";
  }
  return "";
}

std::optional<RewindWay> ParseRewindWay(std::string_view name) {
  for (const RewindWay way : kRewindWays) {
    if (RewindWayName(way) == name) return way;
  }
  return std::nullopt;
}

}  // namespace mayfly::runtime
