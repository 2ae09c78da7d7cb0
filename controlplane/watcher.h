// One WatchFunctions stream.
#ifndef MAYFLY_CONTROLPLANE_WATCHER_H_
#define MAYFLY_CONTROLPLANE_WATCHER_H_

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "base/call.h"
#include "base/method_table.h"
#include "controlplane/executor.h"
#include "controlplane/watch_cursor.h"

namespace mayfly::controlplane {

// Writes a cursor's batches to a stream, the next when the reader has taken the last. All of it happens in one task at
// a time on `executor`, whose queue has room for one task of each watcher. Thread-safe.
class Watcher : public std::enable_shared_from_this<Watcher> {
 public:
  using OnFinished = absl::AnyInvocable<void(std::shared_ptr<Watcher>) &&>;

  // `on_finished` is called on the executor, after the stream's Finish. `store` and `executor` outlive the watcher.
  Watcher(Store& store, Executor& executor, std::shared_ptr<ServerCall> call, std::string resume_token,
          std::shared_ptr<ServerStream> stream, OnFinished on_finished);

  // Begins; called once.
  void Start();
  // There may be something new.
  void Notify();
  // Ends the stream soon.
  void End(absl::Status status);

 private:
  enum class State {
    kIdle,       // waits for news
    kDraining,   // waits for the reader
    kScheduled,  // a task is queued or runs
    kFinished,
  };

  void Schedule() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void OnDrained();
  void Run();
  // Writes what there is. An error ends the stream.
  absl::Status WriteBatch(bool& wrote);
  // Leaves kScheduled; false if the task must go on at once, because there is news.
  bool Rest(bool wrote);
  void Finish(absl::Status status);

  Executor& executor_;
  const std::shared_ptr<ServerCall> call_;
  const std::shared_ptr<ServerStream> stream_;
  OnFinished on_finished_;
  WatchCursor cursor_;  // used by the task alone

  absl::Mutex mutex_;
  State state_ ABSL_GUARDED_BY(mutex_) = State::kIdle;
  bool has_news_ ABSL_GUARDED_BY(mutex_) = false;
  absl::Status end_status_ ABSL_GUARDED_BY(mutex_);  // an error: the stream is to end with it
};

}  // namespace mayfly::controlplane

#endif  // MAYFLY_CONTROLPLANE_WATCHER_H_
