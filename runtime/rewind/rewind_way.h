// The ways in which a worker finds what a call has dirtied.
#ifndef MAYFLY_RUNTIME_REWIND_REWIND_WAY_H_
#define MAYFLY_RUNTIME_REWIND_REWIND_WAY_H_

#include <optional>
#include <string_view>

namespace mayfly::runtime {

// Best first. All bring the same memory back.
enum class RewindWay {
  kUserfaultfd,  // "userfaultfd": asynchronous write protection, read with PAGEMAP_SCAN (Linux 6.7)
  kPagemapScan,  // "pagemap-scan": private mappings of a file, PAGEMAP_SCAN tells what was copied (Linux 6.7)
  kPagemap,      // "pagemap": the same, by reading /proc/self/pagemap
  kDontNeed,     // "dontneed": the same mappings, all of them thrown away by MADV_DONTNEED
};

inline constexpr RewindWay kRewindWays[] = {RewindWay::kUserfaultfd, RewindWay::kPagemapScan, RewindWay::kPagemap,
                                            RewindWay::kDontNeed};

std::string_view RewindWayName(RewindWay way);
std::optional<RewindWay> ParseRewindWay(std::string_view name);

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_REWIND_REWIND_WAY_H_
