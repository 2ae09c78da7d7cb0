// Finds the pages that a process has made its own.
#ifndef MAYFLY_RUNTIME_REWIND_PAGE_SCANNER_H_
#define MAYFLY_RUNTIME_REWIND_PAGE_SCANNER_H_

#include "absl/functional/function_ref.h"
#include "runtime/rewind/page.h"
#include "runtime/rewind/unrestored_memory.h"

namespace mayfly::runtime {

// Tells which pages of private mappings are the process's own: those that were written to since they were mapped, or
// since they were last given back with MADV_DONTNEED. Pages of the mapped file, and pages never touched, are not.
// Lives in unrestored memory, allocates nothing and leaves no trace in restored memory.
class PageScanner {
 public:
  using Visit = absl::FunctionRef<void(PageRun)>;

  // Visits runs of such pages in [span.begin, span.end), in order. The span may have gaps, and mappings of other kinds,
  // whose pages may be visited too. False if the kernel refuses.
  virtual bool Scan(PageRun span, Visit visit) = 0;

 protected:
  ~PageScanner() = default;
};

// By the ioctl PAGEMAP_SCAN (Linux 6.7) on an open /proc/self/pagemap.
PageScanner* NewPagemapScanScanner(UnrestoredMemory& memory, int pagemap);

// By reading /proc/self/pagemap.
PageScanner* NewPagemapScanner(UnrestoredMemory& memory, int pagemap);

// By PAGEMAP_SCAN too, but tells only which pages of userfaultfd's ranges were written to since they were protected.
PageScanner* NewWrittenPageScanner(UnrestoredMemory& memory, int pagemap);

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_REWIND_PAGE_SCANNER_H_
