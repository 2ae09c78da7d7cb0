#include "dataplane/cgroup_membership.h"

#include <fstream>
#include <utility>

#include "absl/strings/str_split.h"

namespace mayfly::dataplane {

std::vector<CgroupMembership> ReadCgroupMemberships(const std::string& root) {
  std::ifstream file(root + "/proc/self/cgroup");
  std::vector<CgroupMembership> memberships;
  for (std::string line; std::getline(file, line);) {
    std::vector<std::string> parts = absl::StrSplit(line, absl::MaxSplits(':', 2));
    if (parts.size() != 3) continue;
    memberships.push_back(
        {.controllers = absl::StrSplit(parts[1], ',', absl::SkipEmpty()), .path = std::move(parts[2])});
  }
  return memberships;
}

}  // namespace mayfly::dataplane
