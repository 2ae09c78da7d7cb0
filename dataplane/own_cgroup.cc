#include "dataplane/own_cgroup.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <optional>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "dataplane/cgroup_membership.h"

namespace mayfly::dataplane {
namespace {

constexpr std::string_view kControllers[] = {"memory", "pids"};

constexpr std::string_view kAdvice = "; start the server by systemd-run --user --scope -p Delegate=yes";

absl::Status No(std::string_view why) { return absl::UnavailableError(why); }

std::vector<std::string> Lines(const std::string& path) {
  std::ifstream file(path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(file, line);) lines.push_back(std::move(line));
  return lines;
}

bool Holds(const std::vector<std::string>& words, std::string_view word) {
  return std::ranges::find(words, word) != words.end();
}

// The group's path in the hierarchy of version 2.
std::optional<std::string> PathOf(const std::vector<CgroupMembership>& memberships) {
  const auto found = std::ranges::find_if(memberships, [](const auto& one) { return one.controllers.empty(); });
  return found == memberships.end() ? std::nullopt : std::optional(found->path);
}

// Where the hierarchy is mounted, or a part of it.
struct Mount {
  std::string part;    // "/" or the group that is mounted
  std::string folder;  // where
};

// A line of /proc/self/mountinfo (proc(5)): "31 23 0:28 ROOT FOLDER OPTIONS … - TYPE SOURCE OPTIONS". The kernel writes
// a space in a path as \040: such a folder is not found then.
std::optional<Mount> FindMount(const std::string& root) {
  for (const std::string& line : Lines(root + "/proc/self/mountinfo")) {
    if (!absl::StrContains(line, " - cgroup2 ")) continue;
    const std::vector<std::string> words = absl::StrSplit(line, ' ');
    if (words.size() > 5) return Mount{.part = words[3], .folder = words[4]};
  }
  return std::nullopt;
}

// The group's folder; empty: the mount does not show it.
std::string FolderOf(const std::string& path, const Mount& mount) {
  std::string_view below = path;
  if (mount.part != "/" && !absl::ConsumePrefix(&below, mount.part)) return "";
  if (absl::StartsWith(below, "/..")) return "";  // outside of this process's cgroup namespace
  if (!below.empty() && below.front() != '/') return "";
  return absl::StrCat(mount.folder, below == "/" ? "" : below);
}

// What version 1 has, version 2 can't have.
std::string WhyMissing(const OwnCgroup& found, const std::vector<CgroupMembership>& memberships) {
  std::vector<std::string> reasons;
  for (const std::string_view name : kControllers) {
    if (found.Has(name)) continue;
    const bool in_v1 = std::ranges::any_of(memberships, [&](const auto& one) { return Holds(one.controllers, name); });
    reasons.push_back(absl::StrCat("no ", name, ": ", in_v1 ? "version 1 of control groups has it" : "not delegated"));
  }
  return absl::StrJoin(reasons, ", ");
}

absl::Status CheckWritable(const std::string& root, const OwnCgroup& found) {
  for (const char* file : {"", "/cgroup.procs", "/cgroup.subtree_control"}) {
    const std::string path = found.folder + file;
    if (access((root + path).c_str(), W_OK) == 0) continue;
    return No(absl::StrCat("can't write to ", path, ": ", strerror(errno), kAdvice));
  }
  return absl::OkStatus();
}

absl::Status CheckAlone(const std::string& root, const OwnCgroup& found) {
  const std::vector<std::string> processes = Lines(absl::StrCat(root, found.folder, "/cgroup.procs"));
  if (processes == std::vector<std::string>{absl::StrCat(getpid())}) return absl::OkStatus();
  return No(absl::StrCat("other processes are in ", found.folder, " too", kAdvice));
}

}  // namespace

bool OwnCgroup::Has(std::string_view controller) const { return Holds(controllers, controller); }

absl::StatusOr<OwnCgroup> FindOwnCgroup(const std::string& root) {
  const std::vector<CgroupMembership> memberships = ReadCgroupMemberships(root);
  const std::optional<std::string> path = PathOf(memberships);
  const std::optional<Mount> mount = FindMount(root);
  if (!path.has_value() || !mount.has_value()) {
    return No("version 2 of control groups is not mounted here");
  }
  OwnCgroup found = {.folder = FolderOf(*path, *mount)};
  if (found.folder.empty()) {
    return No(absl::StrCat("this process's group ", *path, " is outside of ", mount->folder));
  }
  for (const std::string& line : Lines(absl::StrCat(root, found.folder, "/cgroup.controllers"))) {
    const std::vector<std::string> there = absl::StrSplit(line, ' ');
    for (const std::string_view name : kControllers) {
      if (Holds(there, name)) found.controllers.emplace_back(name);
    }
  }
  found.missing = WhyMissing(found, memberships);
  if (found.controllers.empty()) return No(absl::StrCat(found.folder, " has ", found.missing));
  found.is_root = access(absl::StrCat(root, found.folder, "/cgroup.type").c_str(), F_OK) != 0;
  if (absl::Status status = CheckWritable(root, found); !status.ok()) return status;
  if (absl::Status status = CheckAlone(root, found); !status.ok() && !found.is_root) return status;
  found.folder = root + found.folder;
  return found;
}

}  // namespace mayfly::dataplane
