// What the kernel says of this process.
#ifndef MAYFLY_MAYFLY_PROCESS_STATS_H_
#define MAYFLY_MAYFLY_PROCESS_STATS_H_

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace mayfly {

struct ProcessStats {
  absl::Duration cpu_time;
  int64_t virtual_memory_bytes = 0;
  int64_t resident_memory_bytes = 0;
  absl::Time start;
  int open_fds = 0;
  std::optional<int64_t> max_fds;  // nullopt: no limit
};

// What stands in /proc/PID/stat, and the time of the machine's boot: all but the descriptors. nullopt if it is not of
// that form. `ticks_per_second` and `page_bytes` are sysconf's.
std::optional<ProcessStats> ParseProcessStat(std::string_view stat, absl::Time boot, int64_t ticks_per_second,
                                             int64_t page_bytes);

// Reads /proc, some tens of microseconds. Thread-safe. nullopt where there is none.
std::optional<ProcessStats> ReadProcessStats();

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_PROCESS_STATS_H_
