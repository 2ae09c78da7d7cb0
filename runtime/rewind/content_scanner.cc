#include "runtime/rewind/content_scanner.h"

#include <string.h>

#include <cstdint>
#include <new>

#include "runtime/rewind/page.h"

namespace mayfly::runtime {
namespace {

class ContentScanner final : public PageScanner {
 public:
  explicit ContentScanner(const Checkpoint& checkpoint) : checkpoint_(checkpoint) {}

  bool Scan(PageRun span, Visit visit) override {
    const Checkpoint::Region* const region = checkpoint_.FindRegion(span.begin);
    if (region == nullptr || span.end > region->pages.end) return span.pages() == 0;
    for (uintptr_t page = span.begin; page < span.end; page += kPageBytes) {
      const uintptr_t first = page;
      while (page < span.end && IsOwn(*region, page)) page += kPageBytes;
      if (page > first) visit({first, page});
    }
    return true;
  }

 private:
  bool IsOwn(const Checkpoint::Region& region, uintptr_t page) const {
    const char* const was = checkpoint_.PreImage(checkpoint_.PageAt(region, page));
    return memcmp(reinterpret_cast<const char*>(page), was, kPageBytes) != 0;
  }

  const Checkpoint& checkpoint_;
};

}  // namespace

PageScanner* NewContentScanner(UnrestoredMemory& memory, const Checkpoint& checkpoint) {
  return new (memory.Allocate(sizeof(ContentScanner), alignof(ContentScanner))) ContentScanner(checkpoint);
}

}  // namespace mayfly::runtime
