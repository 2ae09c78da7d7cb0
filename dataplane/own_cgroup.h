// This process's control group (cgroups(7), version 2), and whether it may make groups in it.
#ifndef MAYFLY_DATAPLANE_OWN_CGROUP_H_
#define MAYFLY_DATAPLANE_OWN_CGROUP_H_

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"

namespace mayfly::dataplane {

// A group in which this process may make groups with at least one of the controllers that workers are to have.
struct OwnCgroup {
  std::string folder;
  std::vector<std::string> controllers;  // those of "memory" and "pids" that it has
  std::string missing;                   // which of the two it has not, and why; empty: it has both

  bool Has(std::string_view controller) const;

  // The hierarchy's root may hold processes beside groups with controllers. Any other group may not, so this process
  // has to move into one of its groups.
  bool is_root = false;
};

// `root` is put before all paths: "" but in a test. Changes nothing. Errors: UNAVAILABLE, with the reason, and with
// what to do about it where something can be done.
absl::StatusOr<OwnCgroup> FindOwnCgroup(const std::string& root);

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_OWN_CGROUP_H_
