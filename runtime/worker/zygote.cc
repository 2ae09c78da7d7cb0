#include "runtime/worker/zygote.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <initializer_list>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/unique_fd.h"
#include "runtime/channel/exit_codes.h"
#include "runtime/channel/packet.h"
#include "runtime/channel/zygote_protocol.h"
#include "runtime/rewind/process_memory.h"
#include "runtime/rewind/zygote_image.h"
#include "runtime/sandbox/sandbox.h"
#include "runtime/worker/clone_process.h"
#include "runtime/worker/worker_loop.h"
#include "runtime/worker/zygote_arguments.h"

namespace mayfly::runtime {
namespace {

int64_t Nanos(const timeval& time) { return (int64_t{time.tv_sec} * 1'000'000 + time.tv_usec) * 1000; }

// glibc's waitid has no rusage; the system call has.
bool WaitAnyChild(int options, siginfo_t& info, rusage& usage) {
  info.si_pid = 0;
  return syscall(SYS_waitid, P_ALL, 0, &info, options, &usage) == 0 && info.si_pid != 0;
}

// From here on the zygote ends with its host: also while it boots, which may take seconds. False: the host has ended
// before.
bool FollowHost() {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  pollfd control = {.fd = kZygoteControlFd, .events = 0, .revents = 0};
  poll(&control, 1, 0);
  return (control.revents & POLLHUP) == 0;
}

class Zygote {
 public:
  Zygote(EngineBoot& boot, Sandbox sandbox, const std::optional<WorkerRewind>& rewind)
      : boot_(boot), sandbox_(std::move(sandbox)), rewind_(rewind), control_(kZygoteControlFd) {}

  int Serve() {
    if (!StandReady()) return kExitSetupFailed;
    while (true) {
      pollfd polled[] = {{.fd = control_.get(), .events = POLLIN, .revents = 0},
                         {.fd = child_signals_.get(), .events = POLLIN, .revents = 0}};
      if (poll(polled, std::size(polled), -1) < 0 && errno != EINTR) break;
      if (polled[1].revents != 0) Reap();
      if (polled[0].revents != 0 && !Answer()) break;
    }
    EndWorkers();
    return 0;
  }

 private:
  // Sets up what forks don't share, and says that we are up.
  bool StandReady() {
    if (!SetUp()) {
      dprintf(STDERR_FILENO, "zygote: %s\n", strerror(errno));
      return false;
    }
    Report({.type = ZygoteReportType::kReady, .pid = getpid()});
    return true;
  }

  bool SetUp() {
    fcntl(control_.get(), F_SETFD, FD_CLOEXEC);
    // A terminal's ^C and a service manager's SIGTERM are for the host alone, which ends its zygotes when it has
    // drained.
    for (const int signal : {SIGINT, SIGTERM, SIGHUP, SIGPIPE}) ::signal(signal, SIG_IGN);
    sigset_t child;
    sigemptyset(&child);
    sigaddset(&child, SIGCHLD);
    if (sigprocmask(SIG_BLOCK, &child, nullptr) != 0) return false;
    child_signals_.reset(signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK));
    return child_signals_.valid();
  }

  // Takes one request. False when the host has closed its end.
  bool Answer() {
    ForkRequest request;
    std::vector<UniqueFd> fds;
    const ssize_t length = ReceivePacket(control_.get(), std::as_writable_bytes(std::span(&request, 1)), fds);
    if (length < 0 && (errno == EINTR || errno == EAGAIN)) return true;
    if (length != sizeof(request)) return false;
    switch (request.kind) {
      case ForkKind::kWorker:
        if (fds.size() < 2 || fds.size() > 3) return false;
        ForkWorker(request, std::move(fds));
        return true;
      case ForkKind::kStandby:
        return fds.size() == 1 && ForkStandby(request.id, std::move(fds[0]));
    }
    return false;
  }

  // Returns twice: also in the standby, which then serves in its turn. False there if it can't.
  bool ForkStandby(uint64_t id, UniqueFd control) {
    const pid_t pid = CloneProcess({.flags = CLONE_PARENT});
    if (pid == 0) return BecomeStandby(std::move(control));
    if (pid < 0) {
      Report({.type = ZygoteReportType::kForkFailed, .id = id, .error = errno});
    } else {
      Report({.type = ZygoteReportType::kForked, .pid = pid, .id = id});
    }
    return true;
  }

  // In the copy: takes over nothing of the zygote's but its memory. Its workers are no children of ours, its socket is
  // closed here, and its signal descriptor, which would tell of its children, is replaced.
  bool BecomeStandby(UniqueFd control) {
    if (dup2(control.get(), control_.get()) < 0) return false;
    control.reset();
    workers_.clear();
    boot_.AfterForkInChild();
    return FollowHost() && StandReady();
  }

  void ForkWorker(const ForkRequest& request, std::vector<UniqueFd> fds) {
    const pid_t zygote_pid = getpid();
    const pid_t pid = CloneProcess({.cgroup_fd = fds.size() > 2 ? fds[2].get() : -1});
    const int error = errno;
    if (pid == 0) {
      boot_.AfterForkInChild();
      RunWorker(boot_, sandbox_,
                WorkerSetup{
                    .channel_socket = std::move(fds[0]),
                    .channel_memory = std::move(fds[1]),
                    .memory_limit_bytes = request.memory_limit_bytes,
                    .keep_crashed = request.keep_crashed != 0,
                    .zygote_pid = zygote_pid,
                },
                rewind_);
    }
    if (pid < 0) return Report({.type = ZygoteReportType::kForkFailed, .id = request.id, .error = error});
    ReportFork(request.id, pid);
  }

  // No other process reaps the child, so its pid is its own until Reap has run.
  void ReportFork(uint64_t id, pid_t pid) {
    const UniqueFd pidfd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0)));
    if (!pidfd.valid()) {
      const int error = errno;
      kill(pid, SIGKILL);
      return Report({.type = ZygoteReportType::kForkFailed, .id = id, .error = error});
    }
    const int fd = pidfd.get();
    workers_.push_back(pid);
    Report({.type = ZygoteReportType::kForked, .pid = pid, .id = id}, std::span(&fd, 1));
  }

  void Reap() {
    signalfd_siginfo drained;
    while (read(child_signals_.get(), &drained, sizeof(drained)) > 0) {
    }
    siginfo_t info;
    rusage usage;
    while (WaitAnyChild(WEXITED | WSTOPPED | WNOHANG, info, usage)) ReportChild(info, usage);
  }

  void ReportChild(const siginfo_t& info, const rusage& usage) {
    const bool stopped = info.si_code == CLD_STOPPED || info.si_code == CLD_TRAPPED;
    if (!stopped) std::erase(workers_, info.si_pid);
    Report({
        .type = stopped ? ZygoteReportType::kStopped : ZygoteReportType::kExited,
        .pid = info.si_pid,
        .exit_code = info.si_code,
        .status = info.si_status,
        .cpu_nanos = Nanos(usage.ru_utime) + Nanos(usage.ru_stime),
        .peak_memory_kib = usage.ru_maxrss,
    });
  }

  // A host that is gone is noticed by poll.
  void Report(const ZygoteReport& report, std::span<const int> fds = {}) {
    SendPacket(control_.get(), std::as_bytes(std::span(&report, 1)), fds);
  }

  void EndWorkers() {
    for (const pid_t pid : workers_) kill(pid, SIGKILL);
    siginfo_t info;
    rusage usage;
    while (WaitAnyChild(WEXITED, info, usage)) {
    }
  }

  EngineBoot& boot_;
  const Sandbox sandbox_;
  const std::optional<WorkerRewind> rewind_;
  UniqueFd control_;
  UniqueFd child_signals_;
  std::vector<pid_t> workers_;  // not yet reaped
};

absl::StatusOr<int> Serve(const ZygoteOptions& options, EngineBoot& boot) {
  if (options.rewind.has_value()) boot.BeforeImage();
  // The engine has booted, so it needs no more files.
  absl::StatusOr<Sandbox> sandbox = Sandbox::Create(PolicyOf(options.language), options.sandbox);
  if (!sandbox.ok()) return sandbox.status();
  if (!options.rewind.has_value()) return Zygote(boot, *std::move(sandbox), std::nullopt).Serve();
  const absl::StatusOr<ZygoteImage> image = ZygoteImage::Take();
  if (!image.ok()) return image.status();
  const WorkerRewind rewind = {.way = *options.rewind,
                               .verify = options.verify_rewind,
                               .guest_calls = options.language == Language::kPython,
                               .image = &*image};
  return Zygote(boot, *std::move(sandbox), rewind).Serve();
}

// A worker that gets a call does not push the host off its core: the host goes on with all that has come in, and the
// worker begins when it waits, or has had its share. That halves how often the two take turns under load. The shares
// are the same, and a guest can't change it back. Inherited by the workers.
void YieldToTheHost() {
  const sched_param none = {};
  sched_setscheduler(0, SCHED_BATCH, &none);
}

}  // namespace

int ZygoteMain(Language language, int argc, char** argv,
               absl::FunctionRef<absl::StatusOr<std::unique_ptr<EngineBoot>>(const ZygoteOptions&)> make_boot) {
  const auto fail = [](const absl::Status& status) {
    dprintf(STDERR_FILENO, "zygote: %s\n", std::string(status.message()).c_str());
    return kExitSetupFailed;
  };
  const std::span<const char* const> arguments(argv, static_cast<size_t>(argc));
  const absl::StatusOr<ZygoteOptions> options = ParseZygoteArguments(language, arguments.subspan(1));
  if (!options.ok()) return fail(options.status());
  if (!FollowHost()) return 0;
  YieldToTheHost();
  // Before the engine takes any.
  if (options->rewind.has_value()) ConfigureProcessMemory();
  const absl::StatusOr<std::unique_ptr<EngineBoot>> boot = make_boot(*options);
  if (!boot.ok()) return fail(boot.status());
  const absl::StatusOr<int> exit_code = Serve(*options, **boot);
  return exit_code.ok() ? *exit_code : fail(exit_code.status());
}

}  // namespace mayfly::runtime
