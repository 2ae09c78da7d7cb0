#include "runtime/worker/worker_loop.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>
#include <unistd.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/limits.h"
#include "base/unique_fd.h"
#include "runtime/channel/channel.h"
#include "runtime/channel/codec.h"
#include "runtime/channel/exit_codes.h"
#include "runtime/engine/log_buffer.h"
#include "runtime/rewind/rewinder.h"
#include "runtime/worker/crash_stop.h"
#include "runtime/worker/json_depth.h"

namespace mayfly::runtime {
namespace {

// Where the channel's socket is in a worker: all descriptors behind it are closed.
constexpr int kChannelFd = 3;

[[noreturn]] void EndForSetup(std::string_view what) {
  dprintf(STDERR_FILENO, "worker: %.*s\n", static_cast<int>(what.size()), what.data());
  _exit(kExitSetupFailed);
}

// The worker dies with its zygote, however early that ended.
void TieToZygote(pid_t zygote_pid) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (getppid() != zygote_pid) _exit(kExitHostGone);
}

// Should the machine run out of memory all the same, the kernel ends a worker, which costs one call, and not the
// server.
void GoFirstWhenMemoryRunsOut() {
  const UniqueFd file(open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC));
  constexpr std::string_view kFirst = "1000";
  if (file.valid() && write(file.get(), kFirst.data(), kFirst.size()) < 0) return;  // then the kernel chooses
}

void RestoreSignals() {
  sigset_t none;
  sigemptyset(&none);
  sigprocmask(SIG_SETMASK, &none, nullptr);
}

// Maps the memory, moves the socket to its place and closes the rest.
Channel OpenChannel(WorkerSetup& setup) {
  absl::StatusOr<SharedMemory> memory = SharedMemory::Map(std::move(setup.channel_memory));
  if (!memory.ok()) EndForSetup(memory.status().message());
  memory->CloseFd();
  if (setup.channel_socket.get() != kChannelFd && dup2(setup.channel_socket.release(), kChannelFd) < 0) {
    EndForSetup(strerror(errno));
  }
  setup.channel_socket.reset(kChannelFd);
  close_range(kChannelFd + 1, ~0U, 0);
  return Channel(Channel::Side::kWorker, std::move(setup.channel_socket), *std::move(memory));
}

// The kernel adds to a process's CPU time when it stops, at a tick, or when it asks for its own: so it asks just before
// it replies, and the host reads what the call has used and not what it had used at the last tick. A guest gains
// nothing by not asking: the time is counted all the same.
void BringCpuTimeUpToDate() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
}

// What no engine need look at: a result larger or deeper than the host takes.
void CheckResult(RunReply& reply) {
  if (reply.outcome != Outcome::kReturned) return;
  if (reply.result.size() > kResultBytesMax) {
    reply.outcome = Outcome::kResultTooLarge;
    reply.error.message =
        absl::StrCat("the result has ", reply.result.size(), " bytes; a result may have ", kResultBytesMax);
  } else if (reply.result.size() > kJsonDepthMax && JsonDepth(reply.result) > kJsonDepthMax) {
    reply.outcome = Outcome::kResultNotSerializable;
    reply.error.message = absl::StrCat("the result is nested more than ", kJsonDepthMax, " deep");
  } else {
    return;
  }
  reply.result.clear();
}

Rewinder& MakeRewinder(const WorkerRewind& rewind) {
  const absl::StatusOr<Rewinder*> rewinder = Rewinder::Create(
      *rewind.image,
      {.way = rewind.way, .verify = rewind.verify, .guest_calls = rewind.guest_calls, .exit_code = kExitRewindFailed});
  if (!rewinder.ok()) EndForSetup(rewinder.status().message());
  return **rewinder;
}

// Answers the host, message by message.
class Server {
 public:
  // Without a rewinder the host has it prepare for each further call.
  Server(Channel channel, std::unique_ptr<Engine> engine, Rewinder* rewinder)
      : channel_(std::move(channel)), engine_(std::move(engine)), rewinder_(rewinder) {}

  // The next message. The host is trusted, so what can't be understood ends the worker.
  Message Next() {
    absl::StatusOr<Message> message = channel_.Receive();
    if (absl::IsCancelled(message.status())) _exit(kExitHostGone);
    if (!message.ok()) EndForSetup(message.status().message());
    return *std::move(message);
  }

  void Answer(Message message) {
    switch (message.type) {
      case MessageType::kLoad:
        return Load(std::move(message));
      case MessageType::kRun:
        return Run(std::move(message));
      case MessageType::kPrepare:
        return Prepare(message);
      case MessageType::kLock:
      case MessageType::kLoaded:
      case MessageType::kRan:
      case MessageType::kPrepared:
        break;
    }
    EndForSetup("a message that no host sends");
  }

 private:
  void Load(Message message) {
    const uint64_t ticket = message.ticket;
    const auto [outcome, reply] = LoadEngine(std::exchange(message, {}));
    if (rewinder_ == nullptr || outcome != Outcome::kReturned) return Send(MessageType::kLoaded, ticket, reply, {});
    engine_->BeforeCheckpoint();
    // Where each call begins: it comes here again after each rewind.
    switch (rewinder_->Checkpoint()) {
      case Rewinder::Resumed::kFailed:
        // It serves one call, as it is, and each further call gets a new worker.
        dprintf(STDERR_FILENO, "worker: no checkpoint: %s\n", rewinder_->error());
        Send(MessageType::kLoaded, ticket, reply, {});
        break;
      case Rewinder::Resumed::kTaken:
        Send(MessageType::kLoaded, ticket, reply, {});
        break;
      case Rewinder::Resumed::kRewound:
        break;
    }
    engine_->AfterCheckpoint();
  }

  // The outcome, and the encoded reply; the request, which may be large, is gone afterwards.
  std::pair<Outcome, std::string> LoadEngine(const Message& message) {
    absl::StatusOr<LoadRequest> request = DecodeLoadRequest(message.fields);
    if (!request.ok()) EndForSetup(request.status().message());
    logs_.Begin();
    LoadReply reply = engine_->Load(*request, logs_);
    reply.logs = logs_.Take();
    return {reply.outcome, EncodeLoadReply(reply)};
  }

  void Run(Message message) {
    absl::StatusOr<RunRequest> request = DecodeRunRequest(message.fields, std::move(message.text));
    if (!request.ok()) EndForSetup(request.status().message());
    logs_.Begin();
    RunReply reply = engine_->Run(*request, logs_);
    reply.logs = logs_.Take();
    CheckResult(reply);
    if (rewinder_ == nullptr) return Send(MessageType::kRan, message.ticket, EncodeRunReply(reply), reply.result);
    const RewindCost cost = rewinder_->cost();
    reply.rewind = {.time = cost.time, .pages = cost.pages};
    reply.last = !rewinder_->CanRewind();
    // The caller does not wait for the rewind.
    Send(MessageType::kRan, message.ticket, EncodeRunReply(reply), reply.result);
    if (reply.last) _exit(kExitRewindFailed);
    rewinder_->Rewind();
  }

  void Prepare(const Message& message) {
    if (!engine_->Prepare()) _exit(kExitPrepareFailed);
    Send(MessageType::kPrepared, message.ticket, {}, {});
  }

  void Send(MessageType type, uint64_t ticket, std::string_view fields, std::string_view text) {
    BringCpuTimeUpToDate();
    const absl::Status status = channel_.Send(type, ticket, fields, text);
    if (absl::IsCancelled(status)) _exit(kExitHostGone);
    if (!status.ok()) EndForSetup(status.message());
  }

  Channel channel_;
  std::unique_ptr<Engine> engine_;
  Rewinder* const rewinder_;
  LogBuffer logs_;
};

}  // namespace

void RunWorker(EngineBoot& boot, const Sandbox& sandbox, WorkerSetup setup, const std::optional<WorkerRewind>& rewind) {
  TieToZygote(setup.zygote_pid);
  RestoreSignals();
  GoFirstWhenMemoryRunsOut();
  if (setup.keep_crashed) StopOnCrash();
  Channel channel = OpenChannel(setup);
  Rewinder* const rewinder = rewind.has_value() ? &MakeRewinder(*rewind) : nullptr;
  Server server(std::move(channel), boot.MakeEngine(setup.memory_limit_bytes), rewinder);
  if (server.Next().type != MessageType::kLock) EndForSetup("the host did not begin with kLock");
  const absl::Status locked = sandbox.Lock({
      .memory_limit_bytes = setup.memory_limit_bytes,
      .debugger = setup.keep_crashed ? LockOptions::Debugger::kAllowed : LockOptions::Debugger::kRefused,
  });
  if (!locked.ok()) EndForSetup(locked.message());
  while (true) server.Answer(server.Next());
}

}  // namespace mayfly::runtime
