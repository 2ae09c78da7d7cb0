#include "dataplane/worker_cgroups.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <signal.h>
#include <string.h>
#include <sys/file.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/digits.h"
#include "base/limits.h"

namespace mayfly::dataplane {
namespace {

constexpr std::string_view kHomePrefix = "mayfly-";
constexpr char kHost[] = "host";  // this process and the zygotes
constexpr int kFoldersMax = 64;   // mayfly-PID-1, … of one process
constexpr char kControl[] = "cgroup.subtree_control";
constexpr char kProcesses[] = "cgroup.procs";

absl::Status Failed(std::string_view step, int error) {
  return absl::UnavailableError(absl::StrCat(step, ": ", strerror(error)));
}

UniqueFd OpenFolder(int parent, const std::string& name) {
  return UniqueFd(openat(parent, name.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW));
}

// 0 or an errno.
int WriteTo(int folder, const std::string& file, std::string_view text) {
  const UniqueFd fd(openat(folder, file.c_str(), O_WRONLY | O_CLOEXEC));
  if (!fd.valid()) return errno;
  return write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()) ? 0 : errno;
}

std::string ReadFrom(int folder, const char* file) {
  const UniqueFd fd(openat(folder, file, O_RDONLY | O_CLOEXEC));
  char text[4096];
  const ssize_t length = fd.valid() ? read(fd.get(), text, sizeof(text)) : 0;
  return length > 0 ? std::string(text, static_cast<size_t>(length)) : "";
}

// "+memory +pids".
std::string Controllers(std::string_view sign, const OwnCgroup& own) {
  return absl::StrJoin(own.controllers, " ",
                       [sign](std::string* text, const std::string& name) { absl::StrAppend(text, sign, name); });
}

std::vector<std::string> FoldersIn(int folder) {
  std::vector<std::string> names;
  DIR* const stream = fdopendir(OpenFolder(folder, ".").release());
  if (stream == nullptr) return names;
  while (const dirent* entry = readdir(stream)) {
    const std::string_view name = entry->d_name;
    if (entry->d_type == DT_DIR && name != "." && name != "..") names.emplace_back(name);
  }
  closedir(stream);
  return names;
}

// "mayfly-PID-N", as MakeHome names it: nobody else's folder is touched.
bool IsHomeName(std::string_view name) {
  if (!absl::ConsumePrefix(&name, kHomePrefix)) return false;
  const std::vector<std::string_view> numbers = absl::StrSplit(name, '-');
  return numbers.size() == 2 && std::ranges::all_of(numbers, IsDigits);
}

// Whether the folder of that name is still the one that is open.
bool IsThere(int parent, const std::string& name, const UniqueFd& folder) {
  struct stat named;
  struct stat opened;
  return fstatat(parent, name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 && fstat(folder.get(), &opened) == 0 &&
         named.st_ino == opened.st_ino;
}

// Removes groups of a process that was killed. A folder is its process's as long as that one's lock is on it, and a
// group with a process in it is not removed by the kernel.
void RemoveLeftovers(int own_folder) {
  for (const std::string& name : FoldersIn(own_folder)) {
    if (!IsHomeName(name)) continue;
    const UniqueFd home = OpenFolder(own_folder, name);
    if (!home.valid() || flock(home.get(), LOCK_EX | LOCK_NB) != 0) continue;
    for (const std::string& group : FoldersIn(home.get())) unlinkat(home.get(), group.c_str(), AT_REMOVEDIR);
    unlinkat(own_folder, name.c_str(), AT_REMOVEDIR);
  }
}

// A process that is born in the group and ends. 0 or an errno. Nothing but system calls in the child: other threads
// may hold any lock.
int CloneInto(int folder) {
  clone_args arguments = {};
  arguments.flags = CLONE_INTO_CGROUP;
  arguments.exit_signal = SIGCHLD;
  arguments.cgroup = static_cast<uint64_t>(folder);
  const long pid = syscall(SYS_clone3, &arguments, sizeof(arguments));
  if (pid == 0) syscall(SYS_exit_group, 0);
  if (pid < 0) return errno;
  while (waitpid(static_cast<pid_t>(pid), nullptr, 0) < 0 && errno == EINTR) {
  }
  return 0;
}

}  // namespace

int64_t CgroupMemoryBytes(int64_t memory_limit_bytes, HasCheckpoint checkpoint) {
  constexpr int64_t kBeside = kChannelRequestBytesMax + kChannelReplyBytesMax + kWorkerReservedBytesMax;
  return memory_limit_bytes * (checkpoint == HasCheckpoint::kYes ? 2 : 1) + kBeside;
}

WorkerCgroup& WorkerCgroup::operator=(WorkerCgroup&& other) noexcept {
  std::swap(owner_, other.owner_);
  std::swap(name_, other.name_);
  std::swap(folder_, other.folder_);
  return *this;
}

WorkerCgroup::~WorkerCgroup() {
  if (owner_ != nullptr) owner_->Remove(name_);
}

// memory.events has lines "NAME COUNT". oom: this group's own limit was reached (one above it may have been, or the
// machine's memory); oom_kill: and a process was killed, by whichever.
bool WorkerCgroup::RanOutOfMemory() const {
  if (owner_ == nullptr) return false;
  int64_t reached = 0;
  int64_t killed = 0;
  for (std::string_view line : absl::StrSplit(ReadFrom(folder_.get(), "memory.events"), '\n')) {
    const std::pair<std::string_view, std::string_view> event = absl::StrSplit(line, absl::MaxSplits(' ', 1));
    if (event.first == "oom") (void)absl::SimpleAtoi(event.second, &reached);
    if (event.first == "oom_kill") (void)absl::SimpleAtoi(event.second, &killed);
  }
  return reached > 0 && killed > 0;
}

absl::StatusOr<std::shared_ptr<WorkerCgroups>> WorkerCgroups::Open(const OwnCgroup& own, Move move) {
  if (!own.is_root && move == Move::kRefused) {
    return absl::UnavailableError("only a server moves its own process out of their way");
  }
  const std::shared_ptr<WorkerCgroups> groups(new WorkerCgroups(own));
  groups->own_folder_ = OpenFolder(AT_FDCWD, own.folder);
  if (!groups->own_folder_.valid()) return Failed(own.folder, errno);
  RemoveLeftovers(groups->own_folder_.get());
  if (absl::Status status = groups->MakeHome(); !status.ok()) return status;
  if (absl::Status status = own.is_root ? absl::OkStatus() : groups->MoveThisProcess(); !status.ok()) return status;
  if (absl::Status status = groups->EnableControllers(); !status.ok()) return status;
  if (absl::Status status = groups->Try(); !status.ok()) return status;
  return groups;
}

absl::Status WorkerCgroups::MakeHome() {
  for (int number = 1; number <= kFoldersMax; ++number) {
    home_name_ = absl::StrCat(kHomePrefix, getpid(), "-", number);
    if (mkdirat(own_folder_.get(), home_name_.c_str(), 0755) != 0) {
      if (errno == EEXIST) continue;
      return Failed(absl::StrCat("making ", own_.folder, "/", home_name_), errno);
    }
    home_ = OpenFolder(own_folder_.get(), home_name_);
    if (home_.valid() && flock(home_.get(), LOCK_EX | LOCK_NB) == 0 && IsThere(own_folder_.get(), home_name_, home_)) {
      return absl::OkStatus();
    }
    // Another server that starts has taken it for a leftover.
    home_.reset();
  }
  return Failed(absl::StrCat("making a group in ", own_.folder), EEXIST);
}

absl::Status WorkerCgroups::MoveThisProcess() {
  if (mkdirat(home_.get(), kHost, 0755) != 0) return Failed("making the server's own group", errno);
  const int error = WriteTo(OpenFolder(home_.get(), kHost).get(), kProcesses, absl::StrCat(getpid()));
  has_moved_ = error == 0;
  return has_moved_ ? absl::OkStatus() : Failed("moving the server into a group of its own", error);
}

absl::Status WorkerCgroups::EnableControllers() {
  const std::string controllers = Controllers("+", own_);
  // The root's may be in use by others: those stay.
  const std::string before = ReadFrom(own_folder_.get(), kControl);
  if (const int error = WriteTo(own_folder_.get(), kControl, controllers); error != 0) {
    return Failed(absl::StrCat("enabling ", absl::StrJoin(own_.controllers, ", "), " in ", own_.folder), error);
  }
  has_enabled_ = before.find_first_not_of("\n") == std::string::npos;
  const int error = WriteTo(home_.get(), kControl, controllers);
  return error == 0 ? absl::OkStatus()
                    : Failed(absl::StrCat("enabling ", absl::StrJoin(own_.controllers, ", ")), error);
}

absl::Status WorkerCgroups::Try() {
  pid_t* address = nullptr;  // without it zygotes can't clone into a group: runtime/worker/clone_process.cc
  if (prctl(PR_GET_TID_ADDRESS, &address, 0, 0, 0) != 0) return Failed("asking for a thread id's address", errno);
  const absl::StatusOr<WorkerCgroup> group = Make(CgroupMemoryBytes(0, HasCheckpoint::kNo));
  if (!group.ok()) return group.status();
  const int error = CloneInto(group->folder());
  return error == 0 ? absl::OkStatus() : Failed("starting a process in a group", error);
}

absl::StatusOr<WorkerCgroup> WorkerCgroups::Make(int64_t memory_bytes) {
  std::string name;
  {
    absl::MutexLock lock(mutex_);
    name = absl::StrCat("worker-", ++last_id_);
  }
  if (mkdirat(home_.get(), name.c_str(), 0755) != 0) return Failed("making a control group", errno);
  WorkerCgroup group(shared_from_this(), name, OpenFolder(home_.get(), name));
  if (group.folder() < 0) return Failed("opening a control group", errno);
  if (absl::Status status = Limit(group.folder(), memory_bytes); !status.ok()) return status;
  return group;
}

absl::Status WorkerCgroups::Limit(int folder, int64_t memory_bytes) const {
  int error = 0;
  const auto set = [&](const char* file, const std::string& text) {
    if (error != 0) return;
    error = WriteTo(folder, file, text);
    // A kernel without swap has no limit for it.
    if (error == ENOENT && file == std::string_view("memory.swap.max")) error = 0;
  };
  if (own_.Has("memory")) {
    set("memory.max", absl::StrCat(memory_bytes));
    set("memory.swap.max", "0");
    set("memory.oom.group", "1");
  }
  if (own_.Has("pids")) set("pids.max", "1");
  return error == 0 ? absl::OkStatus() : Failed("limiting a control group", error);
}

// A process that is dying is still in its group: it will be gone at the next time.
// The kernel may be slow, so without the lock.
void WorkerCgroups::Remove(const std::string& name) {
  std::vector<std::string> groups = {name};
  {
    absl::MutexLock lock(mutex_);
    groups.insert(groups.end(), not_removed_.begin(), not_removed_.end());
    not_removed_.clear();
  }
  std::erase_if(groups, [this](const std::string& group) {
    return unlinkat(home_.get(), group.c_str(), AT_REMOVEDIR) == 0 || errno != EBUSY;
  });
  absl::MutexLock lock(mutex_);
  not_removed_.insert(not_removed_.end(), groups.begin(), groups.end());
}

WorkerCgroups::~WorkerCgroups() {
  if (!home_.valid()) return;
  for (const std::string& name : FoldersIn(home_.get())) {
    if (name != kHost) unlinkat(home_.get(), name.c_str(), AT_REMOVEDIR);
  }
  // From the inside to the outside: a group with controllers below it takes no process back.
  WriteTo(home_.get(), kControl, Controllers("-", own_));
  if (has_enabled_) WriteTo(own_folder_.get(), kControl, Controllers("-", own_));
  if (has_moved_) WriteTo(own_folder_.get(), kProcesses, absl::StrCat(getpid()));
  unlinkat(home_.get(), kHost, AT_REMOVEDIR);
  unlinkat(own_folder_.get(), home_name_.c_str(), AT_REMOVEDIR);
}

}  // namespace mayfly::dataplane
