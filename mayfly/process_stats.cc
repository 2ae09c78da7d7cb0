#include "mayfly/process_stats.h"

#include <sys/resource.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <system_error>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace mayfly {
namespace {

// proc_pid_stat(5): the fields behind the command's name, which may hold anything, begin with the third.
constexpr size_t kFirstField = 3;
constexpr size_t kUserTicks = 14;
constexpr size_t kSystemTicks = 15;
constexpr size_t kStartTicks = 22;
constexpr size_t kVirtualBytes = 23;
constexpr size_t kResidentPages = 24;

std::string ReadFile(const char* path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

// "btime 1700000000" in /proc/stat.
absl::Time BootTime() {
  std::ifstream file("/proc/stat");
  int64_t seconds;
  for (std::string line; std::getline(file, line);) {
    const std::string_view text = line;
    if (text.starts_with("btime ") && absl::SimpleAtoi(text.substr(6), &seconds)) return absl::FromUnixSeconds(seconds);
  }
  return absl::UnixEpoch();
}

int CountOpenFds() {
  std::error_code error;
  int count = 0;
  for (std::filesystem::directory_iterator fd("/proc/self/fd", error), end; !error && fd != end; fd.increment(error)) {
    ++count;
  }
  return count > 0 ? count - 1 : 0;  // without the folder's own
}

}  // namespace

std::optional<ProcessStats> ParseProcessStat(std::string_view stat, absl::Time boot, int64_t ticks_per_second,
                                             int64_t page_bytes) {
  const size_t name_end = stat.rfind(") ");
  if (name_end == stat.npos) return std::nullopt;
  const std::vector<std::string_view> fields = absl::StrSplit(stat.substr(name_end + 2), ' ');
  const auto field = [&fields](size_t number) {
    int64_t value = -1;
    if (number - kFirstField >= fields.size() || !absl::SimpleAtoi(fields[number - kFirstField], &value))
      return int64_t{-1};
    return value;
  };
  for (const size_t number : {kUserTicks, kSystemTicks, kStartTicks, kVirtualBytes, kResidentPages}) {
    if (field(number) < 0) return std::nullopt;
  }
  const absl::Duration tick = absl::Seconds(1) / ticks_per_second;
  return ProcessStats{
      .cpu_time = (field(kUserTicks) + field(kSystemTicks)) * tick,
      .virtual_memory_bytes = field(kVirtualBytes),
      .resident_memory_bytes = field(kResidentPages) * page_bytes,
      .start = boot + field(kStartTicks) * tick,
      .open_fds = 0,
      .max_fds = std::nullopt,
  };
}

std::optional<ProcessStats> ReadProcessStats() {
  std::optional<ProcessStats> stats =
      ParseProcessStat(ReadFile("/proc/self/stat"), BootTime(), sysconf(_SC_CLK_TCK), sysconf(_SC_PAGESIZE));
  if (!stats.has_value()) return stats;
  stats->open_fds = CountOpenFds();
  rlimit limit = {};
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
    stats->max_fds = static_cast<int64_t>(limit.rlim_cur);
  }
  return stats;
}

}  // namespace mayfly
