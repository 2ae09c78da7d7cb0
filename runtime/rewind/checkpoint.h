// What a process's memory was at one moment.
#ifndef MAYFLY_RUNTIME_REWIND_CHECKPOINT_H_
#define MAYFLY_RUNTIME_REWIND_CHECKPOINT_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "runtime/rewind/memory_map.h"
#include "runtime/rewind/page.h"
#include "runtime/rewind/page_scanner.h"
#include "runtime/rewind/unrestored_memory.h"
#include "runtime/rewind/zygote_image.h"

namespace mayfly::runtime {

// The pre-image of each page of private writable memory: a page of zeroes, one of the zygote's image, or one in a store
// of the process's own, into which Take copies the pages that are neither. Lives in unrestored memory, and allocates
// nothing but there.
class Checkpoint {
 public:
  // Where a page's pre-image is, and who watches the page.
  class Page {
   public:
    enum class Kind : uint32_t { kZero, kImage, kStored };

    Page() = default;
    Page(Kind kind, size_t index) : bits_(static_cast<uint32_t>(index) << 3 | static_cast<uint32_t>(kind)) {}

    Kind kind() const { return static_cast<Kind>(bits_ & 3); }
    size_t index() const { return bits_ >> 3; }  // in pages, into the image or the store
    bool hot() const { return (bits_ & 4) != 0; }
    void set_hot(bool hot) { bits_ = hot ? bits_ | 4 : bits_ & ~uint32_t{4}; }

   private:
    uint32_t bits_ = 0;
  };

  // Writable memory in one piece.
  struct Region {
    PageRun pages;
    size_t first;  // its first page's index in the table
    int protection;
    bool stack;
  };

  // `store_fd` is a memfd of kStoreBytesMax that can be sealed; the caller closes it when MapStored is done. `image`
  // outlives this.
  Checkpoint(UnrestoredMemory& memory, const ZygoteImage& image, int store_fd);

  // Whether the store could be mapped.
  bool valid() const { return store_ != nullptr; }

  // Takes the checkpoint of what `mappings` lists. `own` finds the process's own pages. Of the main thread's stack,
  // what is below `stack_top` is taken for zeroes. Null, or what went wrong.
  const char* Take(std::span<const Mapping> mappings, PageScanner& own, uintptr_t stack_top);

  // Has what was stored mapped privately from the store, in place of the memory itself, which is then one page and not
  // two. Not the stack. Null, or what went wrong.
  const char* MapStored();

  // Ends writing to the store. Null, or what went wrong.
  const char* Seal();

  std::span<const Region> regions() const { return regions_.first(region_count_); }
  std::span<const PageRun> stored() const { return stored_.first(stored_count_); }

  // Regions and the small gaps between them: what is to be scanned.
  std::span<const PageRun> spans() const { return spans_.first(span_count_); }

  // The region that holds an address, or null; and the entry of its page.
  const Region* FindRegion(uintptr_t address) const;
  Page& PageAt(const Region& region, uintptr_t address) const {
    return table_[region.first + (address - region.pages.begin) / kPageBytes];
  }

  const char* PreImage(Page page) const;

 private:
  const char* AddRegions(std::span<const Mapping> mappings);
  void AddSpans();
  void AddImagePages();
  const char* Store(const Region& region, PageRun run);
  bool IsDroppable(uintptr_t address) const;

  const ZygoteImage& image_;
  const int store_fd_;
  char* store_ = nullptr;
  size_t stored_pages_ = 0;
  std::span<Region> regions_;
  size_t region_count_ = 0;
  std::span<PageRun> spans_;
  size_t span_count_ = 0;
  std::span<PageRun> stored_;  // the store holds them in this order, one behind the other
  size_t stored_count_ = 0;
  std::span<Page> table_;
  size_t table_used_ = 0;
};

// The size of a store; only what is written takes memory.
inline constexpr size_t kStoreBytesMax = size_t{8} << 30;

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_REWIND_CHECKPOINT_H_
