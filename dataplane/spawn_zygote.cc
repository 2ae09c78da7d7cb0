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

absl::Status Failed(std::string_view what, int error) {
  return absl::UnavailableError(absl::StrCat(what, ": ", strerror(error)));
}

UniqueFd MoveUp(int fd) {
  const UniqueFd low(fd);
  return UniqueFd(fcntl(low.get(), F_DUPFD_CLOEXEC, kFirstSafeFd));
}

struct Pipe {
  UniqueFd ours;
  UniqueFd zygotes;
};

// Neither end blocks: a worker that floods its stderr loses what doesn't fit, and holds up none of its neighbours.
absl::StatusOr<Pipe> MakeStderrPipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return Failed("pipe", errno);
  Pipe pipe = {.ours = MoveUp(ends[0]), .zygotes = MoveUp(ends[1])};
  if (!pipe.ours.valid() || !pipe.zygotes.valid()) return Failed("pipe", EMFILE);
  return pipe;
}

// posix_spawn's two arguments, released at the end.
class SpawnSettings {
 public:
  SpawnSettings(int control, int stderr_pipe) {
    posix_spawn_file_actions_init(&actions_);
    posix_spawn_file_actions_addopen(&actions_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_addopen(&actions_, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
    posix_spawn_file_actions_adddup2(&actions_, stderr_pipe, STDERR_FILENO);
    posix_spawn_file_actions_adddup2(&actions_, control, kControlFd);
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

absl::StatusOr<ControlSocket> MakeControlSocket() {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends) != 0) return Failed("socketpair", errno);
  ControlSocket socket = {.ours = MoveUp(ends[0]), .zygotes = MoveUp(ends[1])};
  if (!socket.ours.valid() || !socket.zygotes.valid()) return Failed("socketpair", EMFILE);
  if (fcntl(socket.ours.get(), F_SETFL, O_NONBLOCK) != 0) return Failed("O_NONBLOCK", errno);
  return socket;
}

absl::StatusOr<UniqueFd> OpenChild(pid_t child) {
  UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, child, 0)));
  if (pidfd.valid()) return pidfd;
  const int error = errno;
  siginfo_t info;
  // Only while it is not reaped is the pid its own.
  if (waitid(P_PID, child, &info, WEXITED | WNOHANG | WNOWAIT) == 0) {
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
  }
  return Failed("pidfd_open", error);
}

absl::StatusOr<SpawnedZygote> SpawnZygote(const std::string& binary, const std::vector<std::string>& arguments) {
  const auto fail = [&](std::string_view why) {
    return absl::UnavailableError(absl::StrCat("can't start ", binary, ": ", why));
  };
  absl::StatusOr<ControlSocket> control = MakeControlSocket();
  if (!control.ok()) return fail(control.status().message());
  absl::StatusOr<Pipe> pipe = MakeStderrPipe();
  if (!pipe.ok()) return fail(pipe.status().message());
  pid_t pid;
  const SpawnSettings settings(control->zygotes.get(), pipe->zygotes.get());
  if (const int error = settings.Spawn(binary, arguments, pid); error != 0) {
    return fail(absl::StrCat("spawn: ", strerror(error)));
  }
  absl::StatusOr<UniqueFd> pidfd = OpenChild(pid);
  if (!pidfd.ok()) return fail(pidfd.status().message());
  return SpawnedZygote{
      .process = {.pid = pid, .pidfd = *std::move(pidfd), .control = std::move(control->ours)},
      .stderr_pipe = std::move(pipe->ours),
  };
}

}  // namespace mayfly::dataplane
