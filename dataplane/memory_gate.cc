#include "dataplane/memory_gate.h"

#include <utility>

namespace mayfly::dataplane {

MemoryGate::Share& MemoryGate::Share::operator=(Share&& other) noexcept {
  if (this == &other) return *this;
  Release();
  gate_ = std::exchange(other.gate_, {});
  bytes_ = std::exchange(other.bytes_, 0);
  return *this;
}

void MemoryGate::Share::Release() {
  const std::shared_ptr<MemoryGate> gate = std::exchange(gate_, {}).lock();
  if (gate != nullptr) gate->Return(std::exchange(bytes_, 0));
}

void MemoryGate::Enter(int64_t bytes, Start start) {
  {
    absl::MutexLock lock(mutex_);
    if (closed_) return;
    waiting_.push_back({.bytes = bytes, .start = std::move(start)});
  }
  LetIn();
}

void MemoryGate::Close() {
  std::deque<Waiting> dropped;  // outside the lock: what they hold may hold a share
  absl::MutexLock lock(mutex_);
  closed_ = true;
  dropped.swap(waiting_);
}

void MemoryGate::Return(int64_t bytes) {
  {
    absl::MutexLock lock(mutex_);
    shared_bytes_ -= bytes;
  }
  LetIn();
}

void MemoryGate::LetIn() {
  while (true) {
    Waiting first;
    {
      absl::MutexLock lock(mutex_);
      if (waiting_.empty() || shared_bytes_ + waiting_.front().bytes > budget_bytes_) return;
      first = std::move(waiting_.front());
      waiting_.pop_front();
      shared_bytes_ += first.bytes;
    }
    std::move(first.start)(Share(weak_from_this(), first.bytes));
  }
}

}  // namespace mayfly::dataplane
