#include "runtime/worker/trial_worker.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/unique_fd.h"
#include "runtime/channel/channel.h"
#include "runtime/channel/codec.h"

namespace mayfly::runtime {
namespace {

constexpr int64_t kMemoryBytes = int64_t{96} << 20;

// A worker that says nothing for so long says nothing any more.
constexpr absl::Duration kPatience = absl::Seconds(10);

// By way of a volatile pointer, so that the compiler does not see it.
void FreeTwice() {
  void* volatile const block = malloc(64);
  free(block);
  free(block);
}

// Takes the events that are not for the guest.
class NativeEngine final : public Engine {
 public:
  explicit NativeEngine(std::unique_ptr<Engine> engine) : engine_(std::move(engine)) {}

  LoadReply Load(const LoadRequest& function, LogBuffer& logs) override { return engine_->Load(function, logs); }
  RunReply Run(const RunRequest& call, LogBuffer& logs) override {
    if (call.event == "\"native abort\"") abort();
    if (call.event == "\"native broken heap\"") FreeTwice();
    if (call.event != "\"native clock\"") return engine_->Run(call, logs);
    timeval now;
    return {.result = syscall(SYS_gettimeofday, &now, nullptr) == 0 ? "true" : "false"};
  }
  bool Prepare() override { return engine_->Prepare(); }
  void BeforeCheckpoint() override { engine_->BeforeCheckpoint(); }
  void AfterCheckpoint() override { engine_->AfterCheckpoint(); }

 private:
  const std::unique_ptr<Engine> engine_;
};

class NativeBoot final : public EngineBoot {
 public:
  explicit NativeBoot(EngineBoot& boot) : boot_(boot) {}

  void AfterForkInChild() override { boot_.AfterForkInChild(); }
  std::unique_ptr<Engine> MakeEngine(int64_t memory_limit_bytes) override {
    return std::make_unique<NativeEngine>(boot_.MakeEngine(memory_limit_bytes));
  }

 private:
  EngineBoot& boot_;
};

std::string Describe(int status) {
  if (WIFEXITED(status)) return absl::StrCat("exit ", WEXITSTATUS(status));
  if (WIFSTOPPED(status)) return absl::StrCat("stopped by SIG", sigabbrev_np(WSTOPSIG(status)));
  return absl::StrCat("SIG", sigabbrev_np(WTERMSIG(status)));
}

// The host's side of one worker.
class Trial {
 public:
  Trial(EngineBoot& boot, const Sandbox& sandbox, const std::optional<WorkerRewind>& rewind, const TrialGuest& guest)
      : guest_(guest), rewinds_(rewind.has_value()) {
    std::pair<UniqueFd, UniqueFd> sockets = MakeChannelSockets().value();
    SharedMemory memory = SharedMemory::Create().value();
    UniqueFd workers_memory(dup(memory.fd()));
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) abort();
    stderr_.reset(ends[0]);
    UniqueFd workers_stderr(ends[1]);
    channel_ = std::make_unique<Channel>(Channel::Side::kHost, std::move(sockets.first), std::move(memory));
    const pid_t parent = getpid();
    pid_ = fork();
    if (pid_ != 0) return;
    // As a zygote has them.
    const int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
    dup2(nothing, STDIN_FILENO);
    dup2(nothing, STDOUT_FILENO);
    dup2(workers_stderr.get(), STDERR_FILENO);
    if (chdir("/") != 0) _exit(1);
    boot.AfterForkInChild();
    NativeBoot native(boot);
    RunWorker(native, sandbox,
              {.channel_socket = std::move(sockets.second),
               .channel_memory = std::move(workers_memory),
               .memory_limit_bytes = kMemoryBytes,
               .keep_crashed = guest.disturbance == TrialGuest::Disturbance::kCrash,
               .zygote_pid = parent},
              rewind);
  }

  std::vector<std::string> Run() {
    if (Serve()) channel_ = nullptr;
    End();
    return std::move(lines_);
  }

 private:
  // Whether the worker is to be told to end.
  bool Serve() {
    if (!channel_->Send(MessageType::kLock, 0, {}, {}).ok()) return false;
    const std::optional<Message> loaded = Ask(MessageType::kLoad, EncodeLoadRequest(guest_.function), {});
    if (!loaded.has_value()) return false;
    const absl::StatusOr<LoadReply> load = DecodeLoadReply(loaded->fields);
    lines_.push_back(load.ok() && load->outcome == Outcome::kReturned
                         ? "loaded"
                         : absl::StrCat("not loaded: ", load->error.message));
    if (lines_.back() != "loaded") return true;
    if (guest_.disturbance == TrialGuest::Disturbance::kCrash) kill(pid_, SIGSEGV);
    for (const TrialCall& call : guest_.calls) {
      if (!Call(call)) return false;
    }
    if (guest_.disturbance != TrialGuest::Disturbance::kNonsense) return true;
    Ask(MessageType::kLock, {}, {});
    return false;
  }

  bool Call(const TrialCall& call) {
    const RunRequest request = {.event = call.event, .time_left = absl::Seconds(5), .invocation_id = "call"};
    const std::optional<Message> ran = Ask(MessageType::kRun, EncodeRunRequest(request), call.event);
    if (!ran.has_value()) return false;
    const absl::StatusOr<RunReply> reply = DecodeRunReply(ran->fields, ran->text);
    if (!reply.ok()) {
      lines_.emplace_back("a malformed reply");
    } else if (reply->outcome == Outcome::kReturned) {
      lines_.push_back(reply->result);
    } else {
      lines_.push_back(absl::StrCat("outcome ", static_cast<int>(reply->outcome), " ", reply->error.type, ": ",
                                    reply->error.message));
    }
    if (reply.ok() && reply->last) lines_.back() += "\nand no more";
    return rewinds_ || Ask(MessageType::kPrepare, {}, {}).has_value();
  }

  // The reply; none: the worker has ended, or says nothing.
  std::optional<Message> Ask(MessageType type, std::string_view fields, std::string_view text) {
    if (!channel_->Send(type, ++ticket_, fields, text).ok()) return std::nullopt;
    const absl::Time end = absl::Now() + kPatience;
    while (absl::Now() < end) {
      pollfd polled = {.fd = channel_->socket(), .events = POLLIN, .revents = 0};
      if (poll(&polled, 1, guest_.disturbance == TrialGuest::Disturbance::kNone ? 10'000 : 1) == 0) {
        if (!Disturb()) return std::nullopt;
        continue;
      }
      absl::StatusOr<Message> message = channel_->Receive();
      if (message.ok()) return *std::move(message);
      if (!absl::IsUnavailable(message.status())) return std::nullopt;
    }
    kill(pid_, SIGKILL);
    return std::nullopt;
  }

  // While the worker has nothing to say. False: it has ended.
  bool Disturb() {
    const bool stops = guest_.disturbance == TrialGuest::Disturbance::kStops;
    if (stops) kill(pid_, SIGSTOP);
    int status = 0;
    if (waitpid(pid_, &status, WUNTRACED | (stops ? 0 : WNOHANG)) <= 0) return true;
    if (!WIFSTOPPED(status)) {
      status_ = status;
      return false;
    }
    if (!stops) lines_.push_back(Describe(status));
    return kill(pid_, SIGCONT) == 0;
  }

  void End() {
    if (!status_.has_value()) {
      int status = 0;
      waitpid(pid_, &status, 0);
      status_ = status;
    }
    std::string text(4096, '\0');
    const ssize_t length = read(stderr_.get(), text.data(), text.size());
    if (length > 0) lines_.push_back(absl::StrCat("stderr: ", text.substr(0, static_cast<size_t>(length))));
    lines_.push_back(Describe(*status_));
  }

  const TrialGuest& guest_;
  const bool rewinds_;
  std::unique_ptr<Channel> channel_;
  UniqueFd stderr_;
  pid_t pid_ = 0;
  uint64_t ticket_ = 0;
  std::optional<int> status_;  // of the process, once it has ended
  std::vector<std::string> lines_;
};

}  // namespace

std::vector<std::string> TryGuest(EngineBoot& boot, const Sandbox& sandbox, const std::optional<WorkerRewind>& rewind,
                                  const TrialGuest& guest) {
  return Trial(boot, sandbox, rewind, guest).Run();
}

std::vector<std::string> ExpectedOf(const TrialGuest& guest) {
  std::vector<std::string> lines;
  lines.reserve(guest.calls.size() + 4);
  lines.emplace_back("loaded");
  if (guest.disturbance == TrialGuest::Disturbance::kCrash) lines.emplace_back("stopped by SIGSTOP");
  for (const TrialCall& call : guest.calls) {
    if (!call.result.empty()) lines.push_back(call.result);
  }
  if (!guest.says.empty()) lines.push_back(absl::StrCat("stderr: ", guest.says));
  lines.push_back(guest.end);
  return lines;
}

}  // namespace mayfly::runtime
