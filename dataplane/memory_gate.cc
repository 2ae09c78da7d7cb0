#include "dataplane/memory_gate.h"

#include <atomic>
#include <utility>

namespace mayfly::dataplane {

struct MemoryGate::Reservation::State {
  State(std::weak_ptr<MemoryGate> gate, int64_t bytes) : gate(std::move(gate)), bytes(bytes) {}
  ~State() { Release(); }

  void Release() {
    const int64_t freed = bytes.exchange(0);
    if (freed == 0) return;
    if (const std::shared_ptr<MemoryGate> there = gate.lock()) there->Return(freed);
  }

  const std::weak_ptr<MemoryGate> gate;
  std::atomic<int64_t> bytes;  // 0: given back
};

void MemoryGate::Reservation::Release() {
  if (state_ != nullptr) state_->Release();
}

void MemoryGate::Enter(int64_t bytes, std::weak_ptr<const void> owner, Start start) {
  std::deque<Waiting> unwanted;  // destroyed outside the lock, as in Close: a start may own a reservation
  {
    absl::MutexLock lock(mutex_);
    if (closed_) return;
    // Those whose owner is gone would else be here for as long as the first one waits.
    for (Waiting& one : std::exchange(waiting_, {})) {
      (one.owner.expired() ? unwanted : waiting_).push_back(std::move(one));
    }
    waiting_.push_back({.bytes = bytes, .owner = std::move(owner), .start = std::move(start)});
  }
  LetIn();
}

void MemoryGate::Close() {
  std::deque<Waiting> dropped;
  absl::MutexLock lock(mutex_);
  closed_ = true;
  dropped.swap(waiting_);
}

void MemoryGate::Return(int64_t bytes) {
  {
    absl::MutexLock lock(mutex_);
    reserved_bytes_ -= bytes;
  }
  LetIn();
}

// A start that gives its reservation back at once comes here again, and so may other threads: the one that is in the
// loop sees to what they bring.
void MemoryGate::LetIn() {
  bool goes_on = false;
  while (true) {
    Waiting first;
    bool wanted;
    {
      absl::MutexLock lock(mutex_);
      if (letting_in_ && !goes_on) return;
      wanted = !waiting_.empty() && !waiting_.front().owner.expired();
      goes_on = !waiting_.empty() && (!wanted || reserved_bytes_ + waiting_.front().bytes <= budget_bytes_);
      letting_in_ = goes_on;
      if (!goes_on) return;
      first = std::move(waiting_.front());
      waiting_.pop_front();
      if (wanted) reserved_bytes_ += first.bytes;
    }
    if (!wanted) continue;
    std::move(first.start)(Reservation(std::make_shared<Reservation::State>(weak_from_this(), first.bytes)));
  }
}

}  // namespace mayfly::dataplane
