// Where V8's memory comes from.
#ifndef MAYFLY_RUNTIME_JS_PAGE_ALLOCATOR_H_
#define MAYFLY_RUNTIME_JS_PAGE_ALLOCATOR_H_

#include <v8-platform.h>

#include <cstddef>
#include <cstdint>
#include <map>

#include "base/limits.h"
#include "runtime/rewind/memory_region.h"

namespace mayfly::runtime::js {

// What each isolate reserves for its code, and a rewind scans; 512 MB is V8's own choice. Code of one function rarely
// passes 4 MiB.
inline constexpr size_t kCodeRangeBytes = 16 * kMiB;

// Hands out pages of two regions, one for code and one for all else, whose pages are accessible as long as they are
// committed: what V8 asks to protect or to open again needs no system call, and a guard page guards nothing. Only a
// reservation that is large, or for which no memory is left, is a mapping of its own, whose permissions are the
// kernel's: a growing buffer's or a WebAssembly memory's address space must not be paid for as memory.
//
// Memory that is handed out, and memory that was decommitted, is zero. Used by one thread.
class PageAllocator final : public v8::PageAllocator {
 public:
  // Ends the process if the address space is refused.
  PageAllocator();

  PageAllocator(const PageAllocator&) = delete;
  PageAllocator& operator=(const PageAllocator&) = delete;

  // Makes the next `bytes` of data writable, so that allocations within them need no system call. Where the kernel
  // refuses, they will.
  void CommitAhead(size_t bytes);

  // See MemoryRegion::Settle. What is a mapping of its own by now keeps its place even when it is freed: if another
  // took it, of the same size, nobody could tell that it is not the old one.
  void Settle();

  const MemoryRegion& data() const { return data_; }
  const MemoryRegion& code() const { return code_; }

  size_t AllocatePageSize() override;
  size_t CommitPageSize() override;
  void SetRandomMmapSeed(int64_t seed) override {}
  void* GetRandomMmapAddr() override { return nullptr; }
  void* AllocatePages(void* hint, size_t bytes, size_t alignment, Permission permission) override;
  bool FreePages(void* begin, size_t bytes) override;
  bool ReleasePages(void* begin, size_t bytes, size_t new_bytes) override;
  bool SetPermissions(void* begin, size_t bytes, Permission permission) override;
  bool RecommitPages(void* begin, size_t bytes, Permission permission) override;
  bool DiscardSystemPages(void* begin, size_t bytes) override;
  bool DecommitPages(void* begin, size_t bytes) override;

 private:
  // The region that an address belongs to; nullptr for a mapping of its own.
  MemoryRegion* RegionOf(const void* address);

  void* MapOwn(size_t bytes, size_t alignment, Permission permission);

  // Mappings of their own, from begin to end; and those that stay.
  std::map<uintptr_t, uintptr_t> own_;
  std::map<uintptr_t, uintptr_t> settled_;

  // In this order: what is reserved first lies nearest to V8's own code, which compiled code then calls directly.
  MemoryRegion code_;
  MemoryRegion data_;
};

}  // namespace mayfly::runtime::js

#endif  // MAYFLY_RUNTIME_JS_PAGE_ALLOCATOR_H_
