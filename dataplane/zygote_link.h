// The connection to one zygote process.
#ifndef MAYFLY_DATAPLANE_ZYGOTE_LINK_H_
#define MAYFLY_DATAPLANE_ZYGOTE_LINK_H_

#include <sys/types.h>

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/unique_fd.h"
#include "dataplane/process_exit.h"
#include "dataplane/spawn_zygote.h"
#include "dataplane/worker_cgroups.h"
#include "runtime/channel/channel.h"
#include "runtime/channel/zygote_protocol.h"

namespace mayfly::dataplane {

// Is told of a worker's end: exactly one of OnExit, OnStop and OnZygoteEnd, once, on a thread of the executor.
class ProcessListener {
 public:
  virtual ~ProcessListener() = default;
  virtual void OnExit(const ProcessExit& exit) = 0;
  // It crashed with `signal` and is stopped for a debugger (ForkOrder.keep_crashed).
  virtual void OnStop(int signal) = 0;
  // Its zygote has ended, so it is being killed and nobody will say how it ended.
  virtual void OnZygoteEnd() = 0;
};

// A worker that has just been forked.
struct ForkedProcess {
  pid_t pid = 0;
  UniqueFd pidfd;
  runtime::Channel channel;
};

// Gets the new process or the reason why there is none; returns who wants to know how it ends (null: nobody), who is
// kept until that is told.
using ForkDone = absl::AnyInvocable<std::shared_ptr<ProcessListener>(absl::StatusOr<ForkedProcess>) &&>;

struct ForkOrder {
  int64_t memory_limit_bytes = 0;
  bool keep_crashed = false;
  WorkerCgroup cgroup;  // in which it is born; none: the zygote's
  int attempts = 0;     // zygotes that were asked for it
  ForkDone done;
};

// Gets the copy of a zygote, which is our child, or the reason why there is none.
using StandbyDone = absl::AnyInvocable<void(absl::StatusOr<ZygoteProcess>) &&>;

// Thread-safe. Lives until its zygote has ended, or until Close.
class ZygoteLink : public std::enable_shared_from_this<ZygoteLink> {
 public:
  // What is left when the zygote has ended: the orders that it did not answer, and the workers that it did not reap.
  struct Remains {
    std::vector<ForkOrder> orders;
    std::vector<pid_t> workers;
  };
  using OnReady = absl::AnyInvocable<void() &&>;
  using OnEnd = absl::AnyInvocable<void(Remains) &&>;

  // `control` is our end of the zygote's socket, non-blocking. `on_ready` is called on a thread of the executor, when
  // the zygote has said that its engine is up. `on_end` is called once, on a thread of the executor, when the zygote
  // has closed its end or has broken the protocol, after all that it reported was handled; never after Close.
  ZygoteLink(boost::asio::any_io_executor executor, UniqueFd control, OnReady on_ready, OnEnd on_end);

  // Begins to listen. Called once.
  void Start();

  // Asks for a worker. `order.done` is called on a thread of the executor, unless the zygote ends first. Hands the
  // order back if it has ended.
  [[nodiscard]] std::optional<ForkOrder> Fork(ForkOrder order);

  // Asks for a copy of the zygote. `done` is called on a thread of the executor: before `on_end` if the zygote ends,
  // not at all after Close.
  void ForkStandby(StandbyDone done);

  // Whether the zygote has said that its engine is up.
  bool ready() const;

  // Closes our end: the zygote then kills and reaps its workers, and exits. Unanswered orders are dropped.
  void Close();

 private:
  struct PendingFork {
    ForkOrder order;
    runtime::Channel channel;
  };
  struct PendingStandby {
    uint64_t id;
    UniqueFd control;
    StandbyDone done;
  };
  struct RunningWorker {
    std::shared_ptr<ProcessListener> listener;  // null: nobody wants to know
    WorkerCgroup cgroup;                        // until the process is reaped
  };

  void Wait() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void ReadAll();
  bool ReadOne();
  void Handle(const runtime::ZygoteReport& report, std::vector<UniqueFd> fds);
  void HandleReady();
  void HandleFork(const runtime::ZygoteReport& report, std::vector<UniqueFd> fds);
  bool HandleStandby(const runtime::ZygoteReport& report);
  void HandleExit(const runtime::ZygoteReport& report);
  void HandleStop(const runtime::ZygoteReport& report);
  RunningWorker TakeWorker(pid_t pid);
  absl::Status Send(ForkOrder& order) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  absl::Status SendStandby(StandbyDone& done) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void End();

  const boost::asio::any_io_executor executor_;
  OnReady on_ready_;
  OnEnd on_end_;
  mutable absl::Mutex mutex_;
  boost::asio::posix::stream_descriptor control_ ABSL_GUARDED_BY(mutex_);
  bool ready_ ABSL_GUARDED_BY(mutex_) = false;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  bool ended_ ABSL_GUARDED_BY(mutex_) = false;
  uint64_t last_id_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::flat_hash_map<uint64_t, PendingFork> pending_ ABSL_GUARDED_BY(mutex_);
  std::optional<PendingStandby> standby_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_map<pid_t, RunningWorker> workers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_ZYGOTE_LINK_H_
