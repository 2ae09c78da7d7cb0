// Where CPython's objects and frames live.
#ifndef MAYFLY_RUNTIME_PYTHON_ARENA_MEMORY_H_
#define MAYFLY_RUNTIME_PYTHON_ARENA_MEMORY_H_

#include <Python.h>

#include <cstddef>
#include <memory>
#include <vector>

#include "absl/status/statusor.h"
#include "runtime/rewind/memory_region.h"

namespace mayfly::runtime {

// CPython's arenas, and the chunks of its frame stack, in one region, so that no call maps memory. Blocks larger than
// an object's come from malloc. Used by the thread that uses CPython.
class ArenaMemory {
 public:
  // Reserves address space for as much as any worker may have, and becomes CPython's arena allocator. Called before
  // CPython is initialised; at most one at a time. Errors: RESOURCE_EXHAUSTED.
  static absl::StatusOr<std::unique_ptr<ArenaMemory>> Create();

  // CPython must be finalised, or never allocate again.
  ~ArenaMemory();
  ArenaMemory(const ArenaMemory&) = delete;
  ArenaMemory& operator=(const ArenaMemory&) = delete;

  // Called before the memory of now becomes an image or a checkpoint: makes the next kArenaSlackBytes writable, so that
  // an ordinary call makes no system call for memory.
  void Settle();

  const MemoryRegion& region() const { return region_; }

 private:
  struct Block {
    void* begin;
    size_t bytes;
  };

  explicit ArenaMemory(MemoryRegion region);

  static void* AllocateFor(void* self, size_t bytes);
  static void FreeFor(void* self, void* begin, size_t bytes);
  void* Allocate(size_t bytes);
  void Free(void* begin, size_t bytes);

  MemoryRegion region_;
  size_t handed_out_ = 0;    // bytes of the region's front that were in use at some time
  std::vector<Block> kept_;  // small blocks, free, as they were left
  PyObjectArenaAllocator before_;
};

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_PYTHON_ARENA_MEMORY_H_
