// Lets workers start only while the memory that they may take is free.
#ifndef MAYFLY_DATAPLANE_MEMORY_GATE_H_
#define MAYFLY_DATAPLANE_MEMORY_GATE_H_

#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/synchronization/mutex.h"

namespace mayfly::dataplane {

// The pool's books follow its decisions: a worker that it ends is out of them at once. Its process has its memory for
// some milliseconds more, as long as the kernel takes to end it. So a start goes through this gate, which counts
// processes. Thread-safe.
class MemoryGate : public std::enable_shared_from_this<MemoryGate> {
  struct Private {};

 public:
  // A process's part of the budget, which it has until this is destroyed. May outlive the gate.
  class Share {
   public:
    Share() = default;
    ~Share() { Release(); }
    Share(Share&& other) noexcept { *this = std::move(other); }
    Share& operator=(Share&& other) noexcept;

    // Gives it back; done again, or with nothing, it does nothing. May call starts that wait.
    void Release();

   private:
    friend class MemoryGate;
    Share(std::weak_ptr<MemoryGate> gate, int64_t bytes) : gate_(std::move(gate)), bytes_(bytes) {}

    std::weak_ptr<MemoryGate> gate_;
    int64_t bytes_ = 0;
  };
  using Start = absl::AnyInvocable<void(Share) &&>;

  static std::shared_ptr<MemoryGate> Create(int64_t budget_bytes) {
    return std::make_shared<MemoryGate>(Private(), budget_bytes);
  }
  MemoryGate(Private, int64_t budget_bytes) : budget_bytes_(budget_bytes) {}

  // Calls `start` with a share of `bytes`, which are at most the budget: inside this call when all shares together stay
  // within the budget, else when enough has been given back, on the thread that gives it; in the order of the calls.
  // Without a lock.
  void Enter(int64_t bytes, Start start);

  // Nothing that waits, or enters later, is started.
  void Close();

 private:
  struct Waiting {
    int64_t bytes;
    Start start;
  };

  void Return(int64_t bytes);
  void LetIn();

  const int64_t budget_bytes_;
  absl::Mutex mutex_;
  int64_t shared_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  std::deque<Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_MEMORY_GATE_H_
