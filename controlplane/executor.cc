#include "controlplane/executor.h"

#include <utility>

namespace mayfly::controlplane {

Executor::Executor(Options options) : queue_max_(options.queue_max) {
  for (int i = 0; i < options.threads; ++i) threads_.emplace_back([this] { RunTasks(); });
}

Executor::~Executor() {
  {
    absl::MutexLock lock(mutex_);
    stopping_ = true;
  }
  for (std::thread& thread : threads_) thread.join();
}

bool Executor::Submit(absl::AnyInvocable<void() &&> task) {
  absl::MutexLock lock(mutex_);
  if (tasks_.size() >= queue_max_) return false;
  tasks_.push_back(std::move(task));
  return true;
}

void Executor::RunTasks() {
  while (true) {
    absl::AnyInvocable<void() &&> task;
    {
      absl::MutexLock lock(mutex_);
      mutex_.Await(absl::Condition(this, &Executor::HasTaskOrStops));
      if (tasks_.empty()) return;
      task = std::move(tasks_.front());
      tasks_.pop_front();
    }
    std::move(task)();
  }
}

}  // namespace mayfly::controlplane
