// What a worker's owner, its process and its zygote share.
#ifndef MAYFLY_DATAPLANE_WORKER_LIFE_H_
#define MAYFLY_DATAPLANE_WORKER_LIFE_H_

#include <sys/types.h>

#include <atomic>
#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/unique_fd.h"
#include "dataplane/process_exit.h"
#include "dataplane/process_meter.h"
#include "dataplane/worker.h"
#include "dataplane/zygote_link.h"
#include "runtime/channel/channel.h"

namespace mayfly::dataplane {

// One worker process, from its fork until it is reaped. At most one request is under way. Thread-safe.
class WorkerLife final : public ProcessListener, public std::enable_shared_from_this<WorkerLife> {
 public:
  WorkerLife(boost::asio::any_io_executor executor, ForkedProcess process, int64_t memory_limit_bytes);
  ~WorkerLife() override;

  // Lets the worker lock its sandbox, and begins to listen. Called once.
  void Start();

  // Sends a request. `done` gets the reply, or the status that dataplane/worker.h names, and what was used.
  using Done = std::variant<std::monostate, Worker::LoadDone, Worker::RunDone, Worker::PrepareDone>;
  void Request(runtime::MessageType type, std::string_view fields, std::string_view text, Done done);

  // As Worker::CpuTime.
  absl::Duration CpuTime();

  // The owner's Kill.
  void Kill();

  // The owner has gone: kills the process and drops what is under way.
  void Abandon();

  // As Worker::HasEnded.
  bool has_ended() const { return has_ended_.load(std::memory_order_relaxed); }

  pid_t pid() const { return pid_; }

  void OnExit(const ProcessExit& exit) override;
  void OnStop(int signal) override;
  void OnZygoteEnd() override;

 private:
  // A `done` with what it is called with: called when the lock is released. Empty: nothing to tell.
  using Answer = absl::AnyInvocable<void() &&>;

  void Wait() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnReadable();
  void AwaitReport() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void AwaitDeath() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnSilence();

  Answer Receive() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Answer TakeReply(runtime::Message message) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  template <typename ReplyDone, typename Reply>
  Answer Deliver(absl::StatusOr<Reply> reply) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Done TakeDone() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Answer Finish() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  Answer Fail() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status Failure() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  WorkerUsage Usage() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  bool NeverTookTheCall() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void Lose(std::string_view malformed) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const boost::asio::any_io_executor executor_;
  const pid_t pid_;
  const UniqueFd pidfd_;
  const int64_t memory_limit_bytes_;

  absl::Mutex mutex_;
  runtime::Channel channel_ ABSL_GUARDED_BY(mutex_);
  boost::asio::posix::stream_descriptor readable_
      ABSL_GUARDED_BY(mutex_);                                           // the channel's socket, which it does not own
  boost::asio::posix::stream_descriptor death_ ABSL_GUARDED_BY(mutex_);  // of the pidfd, likewise
  boost::asio::steady_timer silence_ ABSL_GUARDED_BY(mutex_);
  ProcessMeter meter_ ABSL_GUARDED_BY(mutex_);

  std::atomic<bool> has_ended_ = false;

  // What is under way.
  Done done_ ABSL_GUARDED_BY(mutex_);
  uint64_t ticket_ ABSL_GUARDED_BY(mutex_) = 0;
  bool is_unread_ ABSL_GUARDED_BY(mutex_) = false;  // the worker ended without having read the request

  // How it goes to its end: killed or lost, then over, when nothing more will be heard of it.
  bool killed_ ABSL_GUARDED_BY(mutex_) = false;
  bool lost_ ABSL_GUARDED_BY(mutex_) = false;
  bool over_ ABSL_GUARDED_BY(mutex_) = false;
  std::string malformed_ ABSL_GUARDED_BY(mutex_);  // what was wrong with what it said
  std::optional<ProcessExit> exit_ ABSL_GUARDED_BY(mutex_);
  std::optional<int> stop_signal_ ABSL_GUARDED_BY(mutex_);
  bool zygote_ended_ ABSL_GUARDED_BY(mutex_) = false;
};

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_WORKER_LIFE_H_
