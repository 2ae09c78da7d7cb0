// Takes a process's memory back to a checkpoint, again and again.
#ifndef MAYFLY_RUNTIME_REWIND_REWINDER_H_
#define MAYFLY_RUNTIME_REWIND_REWINDER_H_

#include <cstdint>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "runtime/rewind/rewind_way.h"
#include "runtime/rewind/zygote_image.h"

namespace mayfly::runtime {

// What one rewind cost.
struct RewindCost {
  absl::Duration time;
  int32_t pages = 0;  // that had been written to, and were brought back
};

struct RewinderOptions {
  RewindWay way = RewindWay::kUserfaultfd;

  // After each rewind, compares every page and the kernel's state with the checkpoint, and ends the process if anything
  // differs: for tests, and for those who doubt. Takes milliseconds.
  bool verify = false;

  // A page that was written to once is compared after each call, until so many calls in a row have left it alone. The
  // fault and the scan that it then costs when it is written to again cost as much as a thousand comparisons.
  uint32_t idle_calls_max = 4096;

  // Whether guests can make system calls of their own, as Python's can. Then the kernel's part of the state is trusted
  // less: see KernelState. And kUserfaultfd does as kPagemapScan: what a guest has the kernel drop must come back.
  bool guest_calls = false;

  // What the process ends with (_exit) when it can't be brought back. It says why on stderr.
  int exit_code = 1;
};

// A process with one thread, as C's setjmp and longjmp have it for its stack: Checkpoint() returns once when the
// checkpoint is taken, and again after each Rewind(), with everything as it was: all private memory, registers, stack,
// signal mask, mappings, break and descriptors. What is in shared mappings stays, and so does what the kernel keeps
// elsewhere. The rewinder itself lives in memory of its own that is not restored, and runs on a stack there.
//
//   Rewinder* rewinder = *Rewinder::Create(image, options);
//   … lock the sandbox, load …
//   rewinder->Checkpoint();
//   … receive, run, reply …
//   rewinder->Rewind();
//
// Works in a process that was forked after `image` was taken; only what was written since is stored anew.
class Rewinder {
 public:
  // Opens what is needed of /proc and of the kernel, which a locked sandbox refuses. Lives as long as the process.
  // `image` outlives it. Errors: UNAVAILABLE.
  static absl::StatusOr<Rewinder*> Create(const ZygoteImage& image, const RewinderOptions& options);

  enum class Resumed {
    kFailed,  // the checkpoint could not be taken: error() says why. The process is as it was, and CanRewind() is false
    kTaken,   // it is taken
    kRewound,  // a Rewind has come back to it
  };

  // Called once.
  virtual Resumed Checkpoint() = 0;

  // Whether a Rewind will bring everything back, as far as can be told without doing it. (A guest that has unmapped
  // what it did not map, say, has done it for good.)
  virtual bool CanRewind() = 0;

  // Goes back to where Checkpoint() returns. Ends the process if that can't be done.
  [[noreturn]] virtual void Rewind() = 0;

  // Of the last rewind; zero before the first.
  virtual RewindCost cost() const = 0;

  // Why the checkpoint could not be taken, or why CanRewind() was false; else null.
  virtual const char* error() const = 0;

 protected:
  ~Rewinder() = default;
};

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_REWIND_REWINDER_H_
