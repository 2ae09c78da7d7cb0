// A few threads for work that blocks on the disk, so that no thread of a door ever does.
#ifndef MAYFLY_CONTROLPLANE_EXECUTOR_H_
#define MAYFLY_CONTROLPLANE_EXECUTOR_H_

#include <cstddef>
#include <deque>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"

namespace mayfly::controlplane {

// Thread-safe.
class Executor {
 public:
  struct Options {
    int threads;
    size_t queue_max;  // tasks that wait for a thread
  };

  explicit Executor(Options options);
  // Runs what is queued, then joins. Nothing may be submitted any more.
  ~Executor();

  Executor(const Executor&) = delete;
  Executor& operator=(const Executor&) = delete;

  // Runs `task` on one of the threads, in the order of submission. False if `queue_max` tasks wait already: the task is
  // dropped.
  [[nodiscard]] bool Submit(absl::AnyInvocable<void() &&> task);

 private:
  void RunTasks();
  bool HasTaskOrStops() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return !tasks_.empty() || stopping_; }

  const size_t queue_max_;
  absl::Mutex mutex_;
  std::deque<absl::AnyInvocable<void() &&>> tasks_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<std::thread> threads_;
};

}  // namespace mayfly::controlplane

#endif  // MAYFLY_CONTROLPLANE_EXECUTOR_H_
