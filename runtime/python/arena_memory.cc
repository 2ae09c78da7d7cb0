#include "runtime/python/arena_memory.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "base/limits.h"

namespace mayfly::runtime {
namespace {

// CPython marks an arena that begins at a multiple of its size in one place of its table instead of two.
constexpr size_t kArenaAlignment = size_t{1} << 20;

// A recursion that goes back and forth over the end of a chunk frees and allocates one each time.
constexpr size_t kKeptBlockBytesMax = 64 * kKiB;
constexpr size_t kKeptBlocksMax = 16;

}  // namespace

absl::StatusOr<std::unique_ptr<ArenaMemory>> ArenaMemory::Create() {
  absl::StatusOr<MemoryRegion> region = MemoryRegion::Reserve(kPythonArenaBytesMax, MemoryRegion::Access::kReadWrite);
  if (!region.ok()) return region.status();
  return std::unique_ptr<ArenaMemory>(new ArenaMemory(*std::move(region)));
}

ArenaMemory::ArenaMemory(MemoryRegion region) : region_(std::move(region)) {
  kept_.reserve(kKeptBlocksMax);
  PyObject_GetArenaAllocator(&before_);
  PyObjectArenaAllocator own = {.ctx = this, .alloc = AllocateFor, .free = FreeFor};
  PyObject_SetArenaAllocator(&own);
}

ArenaMemory::~ArenaMemory() { PyObject_SetArenaAllocator(&before_); }

void ArenaMemory::Settle() {
  // Without memory for the slack, the first call that needs it gets a MemoryError, or not.
  (void)region_.Commit(std::min(handed_out_ + kPythonArenaSlackBytes, region_.size()));
  region_.Settle();
}

void* ArenaMemory::AllocateFor(void* self, size_t bytes) { return static_cast<ArenaMemory*>(self)->Allocate(bytes); }

void ArenaMemory::FreeFor(void* self, void* begin, size_t bytes) {
  static_cast<ArenaMemory*>(self)->Free(begin, bytes);
}

void* ArenaMemory::Allocate(size_t bytes) {
  const auto kept =
      std::find_if(kept_.begin(), kept_.end(), [bytes](const Block& block) { return block.bytes == bytes; });
  if (kept != kept_.end()) {
    void* const begin = kept->begin;
    kept_.erase(kept);
    return begin;
  }
  void* const begin =
      region_.Allocate(bytes, std::min(bytes, kArenaAlignment) == kArenaAlignment ? kArenaAlignment : 1);
  if (begin != nullptr) {
    handed_out_ = std::max<size_t>(handed_out_, reinterpret_cast<uintptr_t>(begin) + bytes - region_.begin());
  }
  return begin;
}

void ArenaMemory::Free(void* begin, size_t bytes) {
  if (begin == nullptr) return;  // of an ending interpreter's table of arenas, CPython frees the empty places too
  if (bytes <= kKeptBlockBytesMax && kept_.size() < kKeptBlocksMax) {
    kept_.push_back({begin, bytes});
  } else {
    region_.Free(begin, bytes);
  }
}

}  // namespace mayfly::runtime
