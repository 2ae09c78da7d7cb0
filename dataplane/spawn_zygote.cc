#include "dataplane/spawn_zygote.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"

namespace mayfly::dataplane {
namespace {

// Where a zygote finds its end of the control socket.
constexpr int kControlFd = 3;

// Above all descriptors that the file actions write to, so that none overwrites another's source.
constexpr int kFirstSafeFd = 10;

absl::Status Failed(const std::string& binary, std::string_view what, int error) {
  return absl::UnavailableError(absl::StrCat("can't start ", binary, ": ", what, ": ", strerror(error)));
}

UniqueFd MoveUp(int fd) {
  const UniqueFd low(fd);
  return UniqueFd(fcntl(low.get(), F_DUPFD_CLOEXEC, kFirstSafeFd));
}

// The ends that the zygote gets.
struct ChildEnds {
  UniqueFd control;
  UniqueFd stderr_pipe;
};

// Makes the socket and the pipe. Returns 0 or an errno.
int MakeEnds(SpawnedZygote& ours, ChildEnds& child) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return errno;
  ours.control = MoveUp(ends[0]);
  child.control = MoveUp(ends[1]);
  // Neither end blocks: a worker that floods its stderr loses what doesn't fit, and holds up none of its neighbours.
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return errno;
  ours.stderr_pipe = MoveUp(ends[0]);
  child.stderr_pipe = MoveUp(ends[1]);
  if (!ours.control.valid() || !child.control.valid() || !ours.stderr_pipe.valid() || !child.stderr_pipe.valid()) {
    return EMFILE;
  }
  return fcntl(ours.control.get(), F_SETFL, O_NONBLOCK) == 0 ? 0 : errno;
}

// posix_spawn's two arguments, released at the end.
class SpawnSettings {
 public:
  explicit SpawnSettings(const ChildEnds& ends) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, ends.stderr_pipe.get(), STDERR_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, ends.control.get(), kControlFd);
    posix_spawn_file_actions_addclosefrom_np(&actions_, kControlFd + 1);
    posix_spawn_file_actions_addchdir_np(&actions_, "/");
    posix_spawnattr_init(&attributes_);
    // A session of its own: no terminal to reach, and a terminal's ^C does not reach it.
    posix_spawnattr_setflags(&attributes_, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    sigset_t signals;
    sigemptyset(&signals);
    posix_spawnattr_setsigmask(&attributes_, &signals);
    sigfillset(&signals);
    posix_spawnattr_setsigdefault(&attributes_, &signals);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&actions_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  // Returns 0 or an errno.
  int Spawn(const std::string& binary, const std::vector<std::string>& arguments, pid_t& pid) const {
    std::vector<char*> argv = {const_cast<char*>(binary.c_str())};
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    char timezone[] = "TZ=UTC";
    char locale[] = "LANG=C.UTF-8";
    char* const environment[] = {timezone, locale, nullptr};
    return posix_spawn(&pid, binary.c_str(), &actions_, &attributes_, argv.data(), environment);
  }

 private:
  posix_spawn_file_actions_t actions_;
  posix_spawnattr_t attributes_;
};

}  // namespace

absl::StatusOr<SpawnedZygote> SpawnZygote(const std::string& binary, const std::vector<std::string>& arguments) {
  SpawnedZygote zygote;
  ChildEnds ends;
  if (const int error = MakeEnds(zygote, ends); error != 0) return Failed(binary, "descriptors", error);
  if (const int error = SpawnSettings(ends).Spawn(binary, arguments, zygote.pid); error != 0)
    return Failed(binary, "spawn", error);
  zygote.pidfd.reset(static_cast<int>(syscall(SYS_pidfd_open, zygote.pid, 0)));
  if (zygote.pidfd.valid()) return zygote;
  const int error = errno;
  kill(zygote.pid, SIGKILL);
  waitpid(zygote.pid, nullptr, 0);
  return Failed(binary, "pidfd_open", error);
}

}  // namespace mayfly::dataplane
