#include "runtime/rewind/page_scanner.h"

#include <linux/fs.h>

#include <algorithm>
#include <new>
#include <span>

#include "runtime/rewind/raw_syscall.h"

namespace mayfly::runtime {
namespace {

// What one system call tells: runs of pages; entries of the page map.
constexpr size_t kRunsAtOnce = 512;
constexpr size_t kEntriesAtOnce = 4096;

class IoctlScanner final : public PageScanner {
 public:
  // `category` is one that a page must have besides being there, or 0.
  IoctlScanner(int pagemap, uint64_t category, std::span<page_region> found)
      : pagemap_(pagemap), category_(category), found_(found) {}

  bool Scan(PageRun span, Visit visit) override {
    pm_scan_arg scan = {};
    scan.size = sizeof(scan);
    scan.start = span.begin;
    scan.end = span.end;
    scan.vec = reinterpret_cast<uintptr_t>(found_.data());
    scan.vec_len = found_.size();
    // There, but neither a file's page nor the page of zeroes that the kernel shows before the first write.
    scan.category_anyof_mask = PAGE_IS_PRESENT | PAGE_IS_SWAPPED;
    scan.category_inverted = PAGE_IS_FILE | PAGE_IS_PFNZERO;
    scan.category_mask = PAGE_IS_FILE | PAGE_IS_PFNZERO | category_;
    scan.return_mask = PAGE_IS_FILE;
    while (scan.start < span.end) {
      const long count = RawSyscall(SYS_ioctl, pagemap_, PAGEMAP_SCAN, &scan);
      if (count < 0) return false;
      for (const page_region& run : found_.first(static_cast<size_t>(count))) visit({run.start, run.end});
      if (scan.walk_end <= scan.start) return false;
      scan.start = scan.walk_end;
    }
    return true;
  }

 private:
  const int pagemap_;
  const uint64_t category_;
  const std::span<page_region> found_;
};

class ReadingScanner final : public PageScanner {
 public:
  ReadingScanner(int pagemap, std::span<uint64_t> entries) : pagemap_(pagemap), entries_(entries) {}

  bool Scan(PageRun span, Visit visit) override {
    while (span.begin < span.end) {
      const size_t pages = std::min(span.pages(), entries_.size());
      const uint64_t place = span.begin / kPageBytes * sizeof(uint64_t);
      const long bytes = RawSyscall(SYS_pread64, pagemap_, entries_.data(), pages * sizeof(uint64_t), place);
      if (bytes != static_cast<long>(pages * sizeof(uint64_t))) return false;
      VisitRuns(span.begin, entries_.first(pages), visit);
      span.begin += pages * kPageBytes;
    }
    return true;
  }

 private:
  // Documentation/admin-guide/mm/pagemap.rst: bit 63 present, 62 swapped out, 61 of a file or shared.
  static bool IsOwn(uint64_t entry) { return entry >> 62 != 0 && (entry >> 61 & 1) == 0; }

  static void VisitRuns(uintptr_t begin, std::span<const uint64_t> entries, Visit visit) {
    for (size_t i = 0; i < entries.size(); ++i) {
      if (!IsOwn(entries[i])) continue;
      const size_t first = i;
      while (i < entries.size() && IsOwn(entries[i])) ++i;
      visit({begin + first * kPageBytes, begin + i * kPageBytes});
    }
  }

  const int pagemap_;
  const std::span<uint64_t> entries_;
};

PageScanner* NewIoctlScanner(UnrestoredMemory& memory, int pagemap, uint64_t category) {
  return new (memory.Allocate(sizeof(IoctlScanner), alignof(IoctlScanner)))
      IoctlScanner(pagemap, category, memory.AllocateArray<page_region>(kRunsAtOnce));
}

}  // namespace

PageScanner* NewPagemapScanScanner(UnrestoredMemory& memory, int pagemap) {
  return NewIoctlScanner(memory, pagemap, 0);
}

PageScanner* NewWrittenPageScanner(UnrestoredMemory& memory, int pagemap) {
  return NewIoctlScanner(memory, pagemap, PAGE_IS_WRITTEN);
}

PageScanner* NewPagemapScanner(UnrestoredMemory& memory, int pagemap) {
  return new (memory.Allocate(sizeof(ReadingScanner), alignof(ReadingScanner)))
      ReadingScanner(pagemap, memory.AllocateArray<uint64_t>(kEntriesAtOnce));
}

}  // namespace mayfly::runtime
