// Where an engine takes its memory from, so that nothing is mapped behind the rewinder's back.
#ifndef MAYFLY_RUNTIME_REWIND_MEMORY_REGION_H_
#define MAYFLY_RUNTIME_REWIND_MEMORY_REGION_H_

#include <cstddef>
#include <cstdint>
#include <map>

#include "absl/status/statusor.h"

namespace mayfly::runtime {

// A reserved range of addresses that hands out runs of pages. Its front, as far as anything was ever handed out, is
// readable and writable; the rest can't be touched and costs nothing. The front grows as the break does, and only a
// rewind takes it back: what is freed stays mapped, but its pages go back to the kernel. Memory that is handed out is
// zero. The bookkeeping lives on the heap, so that it is rewound with all else. Not thread-safe.
class MemoryRegion {
 public:
  // Code that a compiler makes needs the second.
  enum class Access { kReadWrite, kReadWriteExecute };

  // Reserves `bytes`, rounded up to whole pages. Errors: RESOURCE_EXHAUSTED.
  static absl::StatusOr<MemoryRegion> Reserve(size_t bytes, Access access);

  MemoryRegion(MemoryRegion&& other) noexcept;
  MemoryRegion& operator=(MemoryRegion&&) = delete;
  ~MemoryRegion();

  // Makes at least the first `bytes` writable now, so that allocations within them need no system call. False if the
  // kernel refuses.
  bool Commit(size_t bytes);

  // `bytes` is rounded up to whole pages; `alignment` is a power of two. The lowest place that fits. Null when there is
  // none, or when the kernel refuses the memory (RLIMIT_DATA).
  void* Allocate(size_t bytes, size_t alignment);

  // Gives back all or a part of what Allocate gave.
  void Free(void* begin, size_t bytes);

  // Zeroes whole pages, and gives them back to the kernel where it can; they stay allocated.
  void Discard(void* begin, size_t bytes);

  // Says that the pages handed out so far may be mapped from a file from now on (zygote_image.h, checkpoint.h), so that
  // giving them back would not zero them. Called before an image or a checkpoint is taken.
  void Settle();

  bool Contains(const void* address) const;
  uintptr_t begin() const { return begin_; }
  size_t size() const { return size_; }
  size_t committed() const { return committed_; }

 private:
  MemoryRegion(uintptr_t begin, size_t size, Access access);

  // Free ranges by their begin. Neighbours are merged.
  using FreeRanges = std::map<uintptr_t, size_t>;
  void Take(FreeRanges::iterator range, uintptr_t begin, size_t bytes);

  uintptr_t begin_;
  size_t size_;
  Access access_;
  size_t committed_ = 0;  // bytes of the front
  size_t settled_ = 0;    // bytes that may be mapped from a file
  FreeRanges free_;
};

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_REWIND_MEMORY_REGION_H_
