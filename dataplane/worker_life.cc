#include "dataplane/worker_life.h"

#include <signal.h>
#include <stdlib.h>

#include <boost/asio/post.hpp>
#include <utility>

#include "absl/log/log.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/error.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/reason.h"
#include "runtime/channel/codec.h"
#include "runtime/channel/exit_codes.h"

namespace mayfly::dataplane {
namespace {

using runtime::LoadReply;
using runtime::Message;
using runtime::MessageType;
using runtime::RunReply;

// From the kernel, so that no guest can guess it.
uint64_t DrawTicket() {
  uint64_t ticket;
  arc4random_buf(&ticket, sizeof(ticket));
  return ticket;
}

absl::Status Crashed(std::string_view how) {
  return MakeError(absl::StatusCode::kInternal, reason::kWorkerCrashed, absl::StrCat("the function's worker ", how));
}

absl::StatusOr<RunReply> DecodeCheckedRunReply(Message message) {
  absl::StatusOr<RunReply> reply = runtime::DecodeRunReply(message.fields, std::move(message.text));
  if (!reply.ok() || reply->outcome != runtime::Outcome::kReturned) return reply;
  if (absl::Status status = ValidateJson(reply->result, reason::kWorkerCrashed, "the result"); !status.ok()) {
    return status;
  }
  return reply;
}

absl::StatusOr<LoadReply> DecodeCheckedLoadReply(const Message& message) {
  if (!message.text.empty()) return absl::InvalidArgumentError("a load has no result");
  return runtime::DecodeLoadReply(message.fields);
}

}  // namespace

WorkerLife::WorkerLife(boost::asio::any_io_executor executor, ForkedProcess process, int64_t memory_limit_bytes)
    : executor_(executor),
      pid_(process.pid),
      pidfd_(std::move(process.pidfd)),
      memory_limit_bytes_(memory_limit_bytes),
      channel_(std::move(process.channel)),
      readable_(executor, channel_.socket()),
      death_(executor),
      silence_(executor),
      meter_(pid_) {}

WorkerLife::~WorkerLife() {
  absl::MutexLock lock(mutex_);
  readable_.release();
  if (death_.is_open()) death_.release();
}

void WorkerLife::Start() {
  absl::MutexLock lock(mutex_);
  if (!channel_.Send(MessageType::kLock, 0, {}, {}).ok()) return Lose({});
  Wait();
}

void WorkerLife::Request(MessageType type, std::string_view fields, std::string_view text, Done done) {
  absl::MutexLock lock(mutex_);
  done_ = std::move(done);
  is_unread_ = over_ || lost_;
  if (over_) return boost::asio::post(executor_, Fail());
  if (killed_ || lost_) return;
  ticket_ = DrawTicket();
  meter_.Begin();
  if (channel_.Send(type, ticket_, fields, text).ok()) return;
  is_unread_ = true;
  Lose({});
}

absl::Duration WorkerLife::CpuTime() {
  absl::MutexLock lock(mutex_);
  return meter_.CpuTimeSinceBegin();
}

void WorkerLife::Kill() {
  absl::MutexLock lock(mutex_);
  if (over_ || killed_) return;
  killed_ = true;
  has_ended_ = true;
  KillByPidfd(pidfd_.get());
  AwaitReport();
}

void WorkerLife::Abandon() {
  Done dropped;
  absl::MutexLock lock(mutex_);
  std::swap(dropped, done_);
  readable_.cancel();
  if (stop_signal_.has_value()) return;  // one that is kept for a debugger stays until its zygote ends
  killed_ = true;
  KillByPidfd(pidfd_.get());
}

void WorkerLife::OnExit(const ProcessExit& exit) {
  Answer answer;
  {
    absl::MutexLock lock(mutex_);
    if (over_) return;
    exit_ = exit;
    // It may have replied before it ended.
    if (!killed_ && !lost_) answer = Receive();
    if (!answer) answer = Finish();
  }
  if (answer) std::move(answer)();
}

void WorkerLife::OnStop(int signal) {
  Answer answer;
  {
    absl::MutexLock lock(mutex_);
    if (over_) return;
    stop_signal_ = signal;
    answer = Finish();
  }
  LOG(WARNING) << "worker " << pid_ << " has crashed and is kept: attach with `gdb -p " << pid_
               << "`, end it with `kill -9 " << pid_ << "`";
  if (answer) std::move(answer)();
}

void WorkerLife::OnZygoteEnd() {
  absl::MutexLock lock(mutex_);
  if (over_) return;
  zygote_ended_ = true;
  has_ended_ = true;
  KillByPidfd(pidfd_.get());
  AwaitDeath();
}

// One wait is under way at a time.
void WorkerLife::Wait() {
  if (over_) return;
  readable_.async_wait(readable_.wait_read, [weak = weak_from_this()](boost::system::error_code error) {
    const std::shared_ptr<WorkerLife> life = weak.lock();
    if (life != nullptr && !error) life->OnReadable();
  });
}

void WorkerLife::OnReadable() {
  Answer answer;
  {
    absl::MutexLock lock(mutex_);
    if (killed_ || lost_ || over_) return;
    answer = Receive();
  }
  if (answer) std::move(answer)();
}

// The process is ending: its zygote says how, or else has lost it.
void WorkerLife::AwaitReport() {
  silence_.expires_after(absl::ToChronoMilliseconds(kExitReportTimeMax));
  silence_.async_wait([weak = weak_from_this()](boost::system::error_code error) {
    const std::shared_ptr<WorkerLife> life = weak.lock();
    if (life != nullptr && !error) life->OnSilence();
  });
}

// Nobody reports how the process ends, so its pidfd says when.
void WorkerLife::AwaitDeath() {
  death_.assign(pidfd_.get());
  death_.async_wait(death_.wait_read, [weak = weak_from_this()](boost::system::error_code error) {
    const std::shared_ptr<WorkerLife> life = weak.lock();
    if (life != nullptr && !error) life->OnSilence();
  });
}

void WorkerLife::OnSilence() {
  Answer answer;
  {
    absl::MutexLock lock(mutex_);
    if (over_) return;
    answer = Finish();
  }
  if (answer) std::move(answer)();
}

// Takes one message from the channel.
WorkerLife::Answer WorkerLife::Receive() {
  absl::StatusOr<Message> message = channel_.Receive();
  if (message.ok()) return TakeReply(*std::move(message));
  if (absl::IsUnavailable(message.status())) {
    Wait();
    return {};
  }
  is_unread_ = is_unread_ || absl::IsAborted(message.status());
  Lose(is_unread_ || absl::IsCancelled(message.status()) ? "" : message.status().message());
  return {};
}

WorkerLife::Answer WorkerLife::TakeReply(Message message) {
  if (message.ticket != ticket_) {
    Lose("a reply to what was not asked");
    return {};
  }
  channel_.Forget();
  if (std::holds_alternative<Worker::LoadDone>(done_) && message.type == MessageType::kLoaded) {
    return Deliver<Worker::LoadDone>(DecodeCheckedLoadReply(message));
  }
  if (std::holds_alternative<Worker::RunDone>(done_) && message.type == MessageType::kRan) {
    return Deliver<Worker::RunDone>(DecodeCheckedRunReply(std::move(message)));
  }
  if (!std::holds_alternative<Worker::PrepareDone>(done_) || message.type != MessageType::kPrepared) {
    Lose("a reply of the wrong kind");
    return {};
  }
  Wait();
  return [done = std::get<Worker::PrepareDone>(TakeDone())]() mutable { std::move(done)(absl::OkStatus()); };
}

template <typename ReplyDone, typename Reply>
WorkerLife::Answer WorkerLife::Deliver(absl::StatusOr<Reply> reply) {
  if (!reply.ok()) {
    Lose(reply.status().message());
    return {};
  }
  const WorkerUsage usage = Usage();
  Wait();
  return [done = std::get<ReplyDone>(TakeDone()), reply = *std::move(reply), usage]() mutable {
    std::move(done)(std::move(reply), usage);
  };
}

WorkerLife::Done WorkerLife::TakeDone() {
  ticket_ = DrawTicket();  // so that a second reply to it is one too many
  return std::exchange(done_, std::monostate());
}

WorkerLife::Answer WorkerLife::Finish() {
  over_ = true;
  has_ended_ = true;
  silence_.cancel();
  return Fail();
}

// Tells what is under way how the worker ended.
WorkerLife::Answer WorkerLife::Fail() {
  if (std::holds_alternative<std::monostate>(done_)) return {};
  const absl::Status status = Failure();
  return [done = TakeDone(), status, usage = Usage()]() mutable {
    if (auto* load = std::get_if<Worker::LoadDone>(&done)) return std::move(*load)(status, usage);
    if (auto* run = std::get_if<Worker::RunDone>(&done)) return std::move(*run)(status, usage);
    if (auto* prepare = std::get_if<Worker::PrepareDone>(&done)) return std::move(*prepare)(status);
  };
}

absl::Status WorkerLife::Failure() const {
  if (killed_) {
    return MakeError(absl::StatusCode::kCancelled, reason::kCancelled, "the call was stopped: its worker was killed");
  }
  if (!malformed_.empty()) return Crashed(absl::StrCat("sent a malformed reply: ", malformed_));
  if (NeverTookTheCall()) return absl::AbortedError("the worker ended before it took the call");
  if (exit_.has_value() && (exit_->ExitedWith(runtime::kExitMemoryLimit) || exit_->ran_out_of_memory)) {
    const int64_t limit_mib = memory_limit_bytes_ / static_cast<int64_t>(kMiB);
    return MakeError(absl::StatusCode::kResourceExhausted, reason::kMemoryLimit,
                     absl::StrCat("the function needs more memory than its limit of ", limit_mib, " MiB"),
                     {{"memoryLimitMib", absl::StrCat(limit_mib)}});
  }
  if (exit_.has_value() && exit_->ExitedWith(runtime::kExitPrepareFailed)) {
    return Crashed("ended: the source loaded once, but not again");
  }
  if (exit_.has_value()) return Crashed(exit_->ToString());
  if (stop_signal_.has_value()) return Crashed("crashed, and is kept for a debugger");
  if (zygote_ended_) {
    return MakeError(absl::StatusCode::kUnavailable, reason::kWorkerCrashed,
                     "the function's worker was ended with its zygote");
  }
  return Crashed("closed its channel");
}

// A worker that rewinds reads the next call's request when it is pristine, and says by its exit code if it can't be.
bool WorkerLife::NeverTookTheCall() const {
  if (!std::holds_alternative<Worker::RunDone>(done_)) return false;
  return is_unread_ || (exit_.has_value() && exit_->ExitedWith(runtime::kExitRewindFailed));
}

WorkerUsage WorkerLife::Usage() { return exit_.has_value() ? meter_.Read(*exit_) : meter_.Read(); }

// Nothing more is taken from the worker. A process that closed its channel by ending keeps the exit code it ended with.
void WorkerLife::Lose(std::string_view malformed) {
  lost_ = true;
  has_ended_ = true;
  malformed_ = std::string(malformed);
  KillByPidfd(pidfd_.get());
  AwaitReport();
}

}  // namespace mayfly::dataplane
