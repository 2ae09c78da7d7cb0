// What a call may change of a process that is not memory's content.
#ifndef MAYFLY_RUNTIME_REWIND_KERNEL_STATE_H_
#define MAYFLY_RUNTIME_REWIND_KERNEL_STATE_H_

#include <signal.h>

#include <cstddef>
#include <cstdint>
#include <span>

#include "runtime/rewind/memory_map.h"
#include "runtime/rewind/unrestored_memory.h"

namespace mayfly::runtime {

// The mappings, the break, the descriptors and the signal stack, as they were at the checkpoint. (The signal mask comes
// back with the registers; what else a process has is refused to workers by the sandbox: refused_syscalls.cc.) Lives in
// unrestored memory, allocates nothing but there.
class KernelState {
 public:
  // The process's files of that name in /proc/self, which stay open.
  struct ProcFiles {
    int statm;
    int maps;
    int pagemap;
  };

  // Descriptors below
  // `first_guest_fd` are the worker's own: the sandbox or the worker's end keeps a guest from changing them.
  // `guest_calls`: whether a guest can make system calls of its own, as a Python guest can; then what it has mapped, or
  // has open, at the checkpoint can't be brought back, because a call may put other things of the same size in its
  // place.
  KernelState(UnrestoredMemory& memory, const ProcFiles& files, int first_guest_fd, bool guest_calls);

  // Remembers what is mapped before a guest can map anything, if one ever can. False, and error(), if it can't be read.
  bool Begin();

  // Reads the mappings of now; valid until the next Restore. Empty, and then error() says why, if they can't be read.
  std::span<const Mapping> ReadMappings();

  // Takes what is now for what is to be restored, but for the mappings: those are what ReadMappings has last read,
  // except that some may since have been mapped from the file with the inode `store`. False, and error(), if it can't
  // be read.
  bool Take(uint64_t store);

  // Has the kernel refuse to unmap, move, replace or protect otherwise what was mapped when it was taken (mseal(2),
  // Linux 6.10), but for reserved addresses: for guests' calls, whose undoing the sizes alone would not tell. Not where
  // a function's own mappings last: it gets a new process for each call, and may unmap them.
  void SealMappings();

  // Whether Restore will succeed, whatever the call has done; without changing anything. Never where the function had
  // descriptors, shared memory or mappings of its own at the checkpoint: what a pipe holds, for one, does not come
  // back.
  bool CanRestore();

  // Between CanRestore and this only our own code runs, whose memory comes from the break. Unmaps what is new,
  // takes back what has grown, and closes what was opened. False, and error(), if something is lost that can't be
  // brought back.
  bool Restore();

  // For tests: whether all is as it was taken.
  bool IsAsTaken();

  const char* error() const { return error_; }

 private:
  struct Sizes {
    uint64_t all;   // pages mapped
    uint64_t data;  // of them private and writable

    bool operator==(const Sizes&) const = default;
  };

  enum class Mode { kTry, kDo, kVerify };

  bool Fail(const char* error);
  bool ReadSizes(Sizes& sizes);
  bool ReadInto(std::span<Mapping> room, std::span<const Mapping>& mappings);
  bool IsSame(const Mapping& was, const Mapping& is) const;
  bool ReconcileMappings(Mode mode);
  bool ReconcileRange(uintptr_t begin, uintptr_t end, const Mapping* was, const Mapping* is, Mode mode);
  bool HasGuestFds() const;
  bool HasLasting() const;
  bool WasThere(const Mapping& mapping) const;
  void RestoreWhatCallsReach() const;

  const ProcFiles files_;
  const int first_guest_fd_;
  const bool guest_calls_;
  std::span<char> text_;
  std::span<Mapping> taken_room_;
  std::span<Mapping> current_room_;
  std::span<Mapping> begun_room_;
  std::span<const Mapping> begun_;
  std::span<const Mapping> taken_;
  bool has_lasting_ = false;
  Sizes sizes_ = {};
  bool known_same_ = false;  // CanRestore has just found them the same
  uintptr_t begun_break_ = 0;
  uintptr_t break_ = 0;
  uint64_t store_ = 0;
  stack_t signal_stack_ = {};
  const char* error_ = nullptr;
};

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_REWIND_KERNEL_STATE_H_
