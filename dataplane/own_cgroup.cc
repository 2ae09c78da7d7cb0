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

namespace mayfly::dataplane {
namespace {

constexpr std::string_view kWhatToDo = "; start the server by systemd-run --user --scope -p Delegate=yes";

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

// /proc/self/cgroup (cgroups(7)): "0::/path" of version 2, "4:cpu,cpuacct:/path" of version 1.
struct Membership {
  std::optional<std::string> path;          // in the hierarchy of version 2
  std::vector<std::string> v1_controllers;  // those that version 1 has, which version 2 can't have then
};

Membership ReadMembership(const std::string& root) {
  Membership membership;
  for (const std::string& line : Lines(root + "/proc/self/cgroup")) {
    const std::vector<std::string> parts = absl::StrSplit(line, absl::MaxSplits(':', 2));
    if (parts.size() != 3) continue;
    if (parts[1].empty()) {
      membership.path = parts[2];
    } else {
      for (std::string_view name : absl::StrSplit(parts[1], ',')) membership.v1_controllers.emplace_back(name);
    }
  }
  return membership;
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

// "memory", "pids", "memory, pids".
std::string Names(bool memory, bool pids) {
  return absl::StrCat(memory ? "memory" : "", memory && pids ? ", " : "", pids ? "pids" : "");
}

std::string WhyMissing(const OwnCgroup& found, const Membership& membership) {
  const std::string names = Names(!found.memory, !found.pids);
  if (names.empty()) return "";
  const bool in_v1 = (!found.memory && Holds(membership.v1_controllers, "memory")) ||
                     (!found.pids && Holds(membership.v1_controllers, "pids"));
  return absl::StrCat("no ", names, in_v1 ? ": version 1 of control groups has it" : ": not delegated");
}

absl::Status CheckWritable(const std::string& root, const OwnCgroup& found) {
  for (const char* file : {"", "/cgroup.procs", "/cgroup.subtree_control"}) {
    const std::string path = found.folder + file;
    if (access((root + path).c_str(), W_OK) == 0) continue;
    return No(absl::StrCat("can't write to ", path, ": ", strerror(errno), kWhatToDo));
  }
  return absl::OkStatus();
}

absl::Status CheckAlone(const std::string& root, const OwnCgroup& found) {
  const std::vector<std::string> processes = Lines(absl::StrCat(root, found.folder, "/cgroup.procs"));
  if (processes == std::vector<std::string>{absl::StrCat(getpid())}) return absl::OkStatus();
  return No(absl::StrCat("other processes are in ", found.folder, " too", kWhatToDo));
}

}  // namespace

absl::StatusOr<OwnCgroup> FindOwnCgroup(const std::string& root) {
  const Membership membership = ReadMembership(root);
  const std::optional<Mount> mount = FindMount(root);
  if (!membership.path.has_value() || !mount.has_value()) {
    return No("version 2 of control groups is not mounted here");
  }
  OwnCgroup found = {.folder = FolderOf(*membership.path, *mount)};
  if (found.folder.empty()) {
    return No(absl::StrCat("this process's group ", *membership.path, " is outside of ", mount->folder));
  }
  std::vector<std::string> controllers;
  for (const std::string& line : Lines(absl::StrCat(root, found.folder, "/cgroup.controllers"))) {
    controllers = absl::StrSplit(line, ' ');
  }
  found.memory = Holds(controllers, "memory");
  found.pids = Holds(controllers, "pids");
  found.missing = WhyMissing(found, membership);
  if (!found.memory && !found.pids) return No(absl::StrCat(found.folder, " has ", found.missing));
  found.is_root = access(absl::StrCat(root, found.folder, "/cgroup.type").c_str(), F_OK) != 0;
  if (absl::Status status = CheckWritable(root, found); !status.ok()) return status;
  if (absl::Status status = CheckAlone(root, found); !status.ok() && !found.is_root) return status;
  found.folder = root + found.folder;
  return found;
}

std::string ControllerNames(const OwnCgroup& cgroup) { return Names(cgroup.memory, cgroup.pids); }

}  // namespace mayfly::dataplane
