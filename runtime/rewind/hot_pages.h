// The pages that calls write to again and again.
#ifndef MAYFLY_RUNTIME_REWIND_HOT_PAGES_H_
#define MAYFLY_RUNTIME_REWIND_HOT_PAGES_H_

#include <cstddef>
#include <cstdint>
#include <span>

#include "absl/functional/function_ref.h"
#include "runtime/rewind/checkpoint.h"
#include "runtime/rewind/unrestored_memory.h"

namespace mayfly::runtime {

// Pages that stay the process's own and writable, so that writing to them costs no fault, and are brought back after
// each call without asking the kernel which were written to. A page that many calls in a row have left alone cools
// down. Lives in unrestored memory.
class HotPages {
 public:
  // A page cools down after `idle_calls_max` calls that have left it alone.
  HotPages(UnrestoredMemory& memory, Checkpoint& checkpoint, uint32_t idle_calls_max);

  // False if there is no room for another.
  bool Add(uintptr_t page, Checkpoint::Page& entry, bool pinned);

  // Brings all of them back: how many had been written to. `cool` is called for a page that has cooled down, once it is
  // as it was; false keeps it.
  size_t Restore(absl::FunctionRef<bool(uintptr_t page)> cool);

 private:
  struct HotPage {
    char* page;
    const char* pre_image;
    Checkpoint::Page* entry;
    uint32_t idle;  // calls in a row that have not written to it
    bool pinned;    // never cools down
  };

  const uint32_t idle_calls_max_;
  std::span<HotPage> pages_;
  size_t count_ = 0;
  Checkpoint& checkpoint_;
};

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_REWIND_HOT_PAGES_H_
