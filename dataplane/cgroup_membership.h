// Which control groups this process is in.
#ifndef MAYFLY_DATAPLANE_CGROUP_MEMBERSHIP_H_
#define MAYFLY_DATAPLANE_CGROUP_MEMBERSHIP_H_

#include <string>
#include <vector>

namespace mayfly::dataplane {

// A line of /proc/self/cgroup (cgroups(7)): "0::/path" of version 2, "4:cpu,cpuacct:/path" of version 1, which has a
// hierarchy for each controller or some of them.
struct CgroupMembership {
  std::vector<std::string> controllers;  // empty: version 2
  std::string path;                      // in that hierarchy
};

// `root` is put before all paths: "" but in a test. Empty where the file can't be read.
std::vector<CgroupMembership> ReadCgroupMemberships(const std::string& root);

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_CGROUP_MEMBERSHIP_H_
