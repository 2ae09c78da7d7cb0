// Lets workers start only while the memory that they may take is free.
#ifndef MAYFLY_DATAPLANE_MEMORY_GATE_H_
#define MAYFLY_DATAPLANE_MEMORY_GATE_H_

#include <cstdint>
#include <deque>
#include <memory>

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
  // A process's part of the budget: until Release, or until the last copy of this is destroyed. May outlive the gate.
  class Reservation {
   public:
    Reservation() = default;  // of nothing

    // Gives it back, for all copies; done again, it does nothing. May call starts that wait: no lock may be held here,
    // nor where the last copy is destroyed.
    void Release();

   private:
    friend class MemoryGate;
    struct State;
    explicit Reservation(std::shared_ptr<State> state) : state_(std::move(state)) {}

    std::shared_ptr<State> state_;
  };
  using Start = absl::AnyInvocable<void(Reservation) &&>;

  static std::shared_ptr<MemoryGate> Create(int64_t budget_bytes) {
    return std::make_shared<MemoryGate>(Private(), budget_bytes);
  }
  MemoryGate(Private, int64_t budget_bytes) : budget_bytes_(budget_bytes) {}

  // Calls `start` with a reservation of `bytes`, which are at most the budget: inside this call when all reservations
  // together stay within the budget, else when enough has been given back, on the thread that gives it; in the order of
  // the calls. Not at all if `owner` is gone by then. No lock is held while it runs.
  void Enter(int64_t bytes, std::weak_ptr<const void> owner, Start start);

  // Nothing that waits, or enters later, is started.
  void Close();

 private:
  struct Waiting {
    int64_t bytes;
    std::weak_ptr<const void> owner;
    Start start;
  };

  void Return(int64_t bytes);
  void LetIn();

  const int64_t budget_bytes_;
  absl::Mutex mutex_;
  int64_t reserved_bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool closed_ ABSL_GUARDED_BY(mutex_) = false;
  bool letting_in_ ABSL_GUARDED_BY(mutex_) = false;  // by one thread at a time, in one loop
  std::deque<Waiting> waiting_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_MEMORY_GATE_H_
