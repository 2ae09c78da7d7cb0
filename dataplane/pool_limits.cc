#include "dataplane/pool_limits.h"

#include <sched.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "dataplane/cgroup_membership.h"

namespace mayfly::dataplane {
namespace {

// The first line of a small file; empty if it can't be read.
std::string FirstLine(const std::string& path) {
  std::ifstream file(path);
  std::string line;
  std::getline(file, line);
  return line;
}

// "MemTotal:       16316412 kB" of /proc/meminfo.
std::optional<int64_t> TotalMemoryBytes(const std::string& root) {
  const std::vector<std::string> words =
      absl::StrSplit(FirstLine(root + "/proc/meminfo"), absl::ByAnyChar(" \t"), absl::SkipEmpty());
  int64_t kib = 0;
  if (words.size() < 2 || words[0] != "MemTotal:" || !absl::SimpleAtoi(words[1], &kib)) return std::nullopt;
  return kib * static_cast<int64_t>(kKiB);
}

// A cgroup's folder and those above it, deepest first. `path` is as /proc/self/cgroup has it: "/a/b".
std::vector<std::string> FoldersUpwards(const std::string& top, std::string_view path) {
  std::vector<std::string> folders;
  absl::ConsumePrefix(&path, "/");
  while (!path.empty()) {
    folders.push_back(absl::StrCat(top, "/", path));
    const size_t slash = path.rfind('/');
    path = slash == std::string_view::npos ? "" : path.substr(0, slash);
  }
  // Inside a container the cgroup's own files stand at the top.
  folders.push_back(top);
  return folders;
}

// The folders of this process's cgroups and of those above them, where distributions and containers have them.
std::vector<std::string> CgroupFolders(const std::string& root) {
  std::vector<std::string> folders;
  for (const CgroupMembership& membership : ReadCgroupMemberships(root)) {
    const std::string hierarchy = absl::StrJoin(membership.controllers, ",");
    const std::string top = absl::StrCat(root, "/sys/fs/cgroup", hierarchy.empty() ? "" : "/", hierarchy);
    for (std::string& folder : FoldersUpwards(top, membership.path)) folders.push_back(std::move(folder));
  }
  return folders;
}

// The number in the first of a cgroup's files that has one: version 2's, then version 1's. Both have words for "not
// limited": "max", and a number that no machine has.
std::optional<int64_t> MemoryLimit(const std::string& folder) {
  int64_t limit = 0;
  for (const char* file : {"/memory.max", "/memory.limit_in_bytes"}) {
    if (absl::SimpleAtoi(FirstLine(folder + file), &limit) && limit > 0) return limit;
  }
  return std::nullopt;
}

// Quota and period in microseconds: "200000 100000" or "max 100000" in version 2, a file for each in version 1.
std::optional<double> QuotaCores(const std::string& folder) {
  std::vector<std::string> words = absl::StrSplit(FirstLine(folder + "/cpu.max"), ' ');
  if (words.size() != 2) words = {FirstLine(folder + "/cpu.cfs_quota_us"), FirstLine(folder + "/cpu.cfs_period_us")};
  double quota = 0, period = 0;
  if (!absl::SimpleAtod(words[0], &quota) || !absl::SimpleAtod(words[1], &period)) return std::nullopt;
  if (quota <= 0 || period <= 0) return std::nullopt;
  return quota / period;
}

double AllowedCores() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof(set), &set) != 0) return 1;
  return std::max(1, CPU_COUNT(&set));
}

}  // namespace

int WorkerCallsMax(const PoolLimits& limits, Renewal renewal) {
  switch (renewal) {
    case Renewal::kPrepare:
      return limits.worker_calls_max.value_or(kPreparedCallsMax);
    case Renewal::kItself:
      return limits.worker_calls_max.value_or(kRewoundCallsMax);
  }
  return kPreparedCallsMax;
}

MachineResources ProbeMachine(const std::string& root) {
  MachineResources machine{.cores = AllowedCores(), .memory_bytes = TotalMemoryBytes(root).value_or(int64_t{1} << 30)};
  for (const std::string& folder : CgroupFolders(root)) {
    machine.memory_bytes = std::min(machine.memory_bytes, MemoryLimit(folder).value_or(machine.memory_bytes));
    machine.cores = std::min(machine.cores, QuotaCores(folder).value_or(machine.cores));
  }
  return machine;
}

int64_t MemoryBudget(const MachineResources& machine) {
  const int64_t left = machine.memory_bytes - static_cast<int64_t>(kHostReservedBytes);
  return std::max<int64_t>(0, std::min(machine.memory_bytes / 4 * 3, left));
}

PoolLimits DefaultPoolLimits(const MachineResources& machine) {
  constexpr int kWorkersPerCore = 16, kWorkersMin = 8;
  constexpr int kFunctionWorkersPerCore = 4, kFunctionWorkersMin = 4;
  // While one runs a call, the host is busy with another one's.
  constexpr int kWorkersAtOncePerCore = 2, kWorkersAtOnceMin = 2;
  constexpr int64_t kDefaultCapBytes = kMemoryLimitMibDefault * int64_t{kMiB};
  PoolLimits limits;
  limits.memory_budget_bytes = MemoryBudget(machine);
  const int by_cores = std::max(kWorkersMin, static_cast<int>(std::lround(machine.cores * kWorkersPerCore)));
  const int by_memory = static_cast<int>(std::min<int64_t>(limits.memory_budget_bytes / kDefaultCapBytes, by_cores));
  limits.workers_max = std::max(1, by_memory);
  const int of_one =
      std::max(kFunctionWorkersMin, static_cast<int>(std::lround(machine.cores * kFunctionWorkersPerCore)));
  limits.workers_per_function_max = std::min(of_one, limits.workers_max);
  limits.workers_at_once =
      std::max(kWorkersAtOnceMin, static_cast<int>(std::lround(machine.cores * kWorkersAtOncePerCore)));
  return limits;
}

}  // namespace mayfly::dataplane
