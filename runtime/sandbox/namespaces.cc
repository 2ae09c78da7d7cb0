#include "runtime/sandbox/namespaces.h"

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "base/unique_fd.h"

// The steps run in a fork of a process with many threads too (ProbeNamespaces), so they allocate nothing and take no
// lock.
namespace mayfly::runtime {
namespace {

constexpr int kNew = CLONE_NEWUSER | CLONE_NEWNS | CLONE_NEWNET | CLONE_NEWIPC | CLONE_NEWUTS;

// The empty folder, in the new tree.
constexpr char kEmptyFolder[] = "/empty";

// Null: done. Else what the kernel has refused, and errno says why.
using Step = const char*;

bool WriteFile(const char* path, std::string_view text) {
  const UniqueFd file(open(path, O_WRONLY | O_CLOEXEC));
  return file.valid() && write(file.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size());
}

// One id, which is the same inside and outside.
bool MapId(const char* path, unsigned id) {
  char line[64];
  const int length = snprintf(line, sizeof(line), "%u %u 1", id, id);
  return WriteFile(path, {line, static_cast<size_t>(length)});
}

Step EnterUserNamespace() {
  const uid_t user = geteuid();
  const gid_t group = getegid();
  if (unshare(kNew) != 0) return "unshare";
  // Without it a process without privileges may map no group: user_namespaces(7).
  if (!WriteFile("/proc/self/setgroups", "deny")) return "/proc/self/setgroups";
  if (!MapId("/proc/self/uid_map", user)) return "/proc/self/uid_map";
  if (!MapId("/proc/self/gid_map", group)) return "/proc/self/gid_map";
  return nullptr;
}

// Puts a small file system, made over /dev, which every machine has, in the place of the root.
Step EnterEmptyTree() {
  constexpr unsigned long kQuiet = MS_NOSUID | MS_NODEV | MS_NOEXEC;
  if (mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0) return "making the mounts private";
  if (mount("tmpfs", "/dev", "tmpfs", kQuiet, "size=16k,nr_inodes=8,mode=555") != 0) return "mounting a tmpfs";
  if (mkdir("/dev/proc", 0555) != 0 || mkdir("/dev/empty", 0555) != 0) return "making folders";
  if (mount("/proc", "/dev/proc", nullptr, MS_BIND | MS_REC, nullptr) != 0) return "binding /proc";
  // pivot_root(2), "pivot_root(".", ".")": the old root lies over the new one until it is unmounted.
  if (chdir("/dev") != 0 || syscall(SYS_pivot_root, ".", ".") != 0) return "pivot_root";
  if (umount2(".", MNT_DETACH) != 0 || chdir("/") != 0) return "unmounting the old root";
  if (mount(nullptr, "/", nullptr, MS_REMOUNT | MS_BIND | MS_RDONLY | kQuiet, nullptr) != 0) return "a read-only root";
  return nullptr;
}

Step Enter() {
  const Step step = EnterUserNamespace();
  return step == nullptr ? EnterEmptyTree() : step;
}

Step EnterFolder() { return chroot(kEmptyFolder) == 0 && chdir("/") == 0 ? nullptr : "chroot"; }

absl::Status ToStatus(std::string_view step, int error) {
  return absl::UnavailableError(absl::StrCat(step, ": ", strerror(error)));
}

absl::Status ToStatus(Step step) { return step == nullptr ? absl::OkStatus() : ToStatus(step, errno); }

// What the forked process says.
struct Refusal {
  int error;
  char step[60];
};

[[noreturn]] void TryAndTell(int pipe_end) {
  Step step = Enter();
  if (step == nullptr) step = EnterFolder();
  Refusal refusal = {.error = step == nullptr ? 0 : errno, .step = {}};
  if (step != nullptr) strncpy(refusal.step, step, sizeof(refusal.step) - 1);
  _exit(write(pipe_end, &refusal, sizeof(refusal)) == sizeof(refusal) ? 0 : 1);
}

}  // namespace

absl::Status EnterNamespaces() { return ToStatus(Enter()); }

absl::Status EnterEmptyFolder() { return ToStatus(EnterFolder()); }

absl::Status ProbeNamespaces() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return ToStatus("pipe", errno);
  const UniqueFd ours(ends[0]);
  UniqueFd theirs(ends[1]);
  const pid_t pid = _Fork();  // no handler of a library runs in the child
  if (pid == 0) TryAndTell(theirs.get());
  if (pid < 0) return ToStatus("fork", errno);
  theirs.reset();
  Refusal refusal = {};
  ssize_t length;
  do {
    length = read(ours.get(), &refusal, sizeof(refusal));
  } while (length < 0 && errno == EINTR);
  while (waitpid(pid, nullptr, 0) < 0 && errno == EINTR) {
  }
  // Something may end a process that tries: a seccomp filter of the container.
  if (length != sizeof(refusal)) return absl::UnavailableError("the process that tried them was killed");
  return refusal.error == 0 ? absl::OkStatus() : ToStatus(refusal.step, refusal.error);
}

}  // namespace mayfly::runtime
