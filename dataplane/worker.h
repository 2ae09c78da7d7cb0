// A worker as the pool sees it: one process, bound to one function revision, one call at a time.
#ifndef MAYFLY_DATAPLANE_WORKER_H_
#define MAYFLY_DATAPLANE_WORKER_H_

#include <cstdint>
#include <memory>

#include "absl/functional/any_invocable.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "dataplane/memory_gate.h"
#include "runtime/channel/messages.h"

namespace mayfly::dataplane {

// What the host measured of one load or one call.
struct WorkerUsage {
  absl::Duration cpu_time;      // of the whole worker, between handing over and the reply
  int32_t peak_memory_kib = 0;  // largest resident size since the hand-over
};

// How a worker becomes pristine after a call.
enum class Renewal {
  kPrepare,  // when it is asked to (fresh); it takes no call before it has answered
  kItself,   // unasked (rewind): the next call may be handed over at once, and the worker takes it when it is pristine
};

// One worker process. At most one of Load, Run and Prepare is under way at a time. Each `done` is called exactly once,
// on a thread of the data plane's executor, never from inside the call that took it; calling back into the worker, or
// destroying it, from `done` is allowed. Destroying a worker kills its process, and drops a `done` that was not called
// yet (one that another thread has just begun to call goes on). Methods are called by one thread at a time.
//
// When the process ends before it has replied, or its reply is malformed, the status is
//   RESOURCE_EXHAUSTED MEMORY_LIMIT  if it ended because of its memory cap,
//   CANCELLED                        after Kill,
//   ABORTED                          if it ended before it had taken the call of a Run, of which the guest has seen
//                                    nothing: another worker may be given it,
//   UNAVAILABLE WORKER_CRASHED       if its zygote ended, and it with it, which no function can bring about,
//   INTERNAL WORKER_CRASHED          otherwise;
// the worker is then dead: only destroy it.
class Worker {
 public:
  virtual ~Worker() = default;

  using LoadDone = absl::AnyInvocable<void(absl::StatusOr<runtime::LoadReply>, WorkerUsage) &&>;
  using RunDone = absl::AnyInvocable<void(absl::StatusOr<runtime::RunReply>, WorkerUsage) &&>;
  using PrepareDone = absl::AnyInvocable<void(absl::Status) &&>;

  // Locks the sandbox and loads the function. Called once, first. Unless the outcome is kReturned, only destroy the
  // worker.
  virtual void Load(const runtime::LoadRequest& function, LoadDone done) = 0;

  // Runs one call. With Renewal::kPrepare the worker is then spent until Prepare is done. A worker whose reply says
  // that it is its last takes no further call.
  virtual void Run(const runtime::RunRequest& call, RunDone done) = 0;

  // Makes the worker pristine again; with Renewal::kPrepare only. An error means it is dead.
  virtual void Prepare(PrepareDone done) = 0;

  // The CPU time that the call under way has used so far. A running process's is brought up to date every few
  // milliseconds.
  virtual absl::Duration CpuTime() = 0;

  // SIGKILL, at once. Whatever is under way ends with CANCELLED as soon as the process is gone.
  virtual void Kill() = 0;

  // Whether it is known to be dead, or dying. It may be either without being known yet. Thread-safe.
  virtual bool HasEnded() const = 0;

  // For logs and tests.
  virtual int32_t pid() const = 0;
};

// Makes workers. Thread-safe.
class WorkerFactory {
 public:
  virtual ~WorkerFactory() = default;

  using StartDone = absl::AnyInvocable<void(absl::StatusOr<std::unique_ptr<Worker>>) &&>;

  // How its workers become pristine. Always the same.
  virtual Renewal renewal() const = 0;

  // Forks a worker of `language` from its zygote; `memory_limit_bytes` is its cap, and `reservation` is kept until its
  // process has no memory any more. `done` as in Worker. Errors: UNAVAILABLE, with the reason, when no process can be
  // made now (the zygote is being respawned, or the machine has no more processes).
  virtual void Start(runtime::Language language, int64_t memory_limit_bytes, MemoryGate::Reservation reservation,
                     StartDone done) = 0;
};

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_WORKER_H_
