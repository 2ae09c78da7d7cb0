#include "runtime/rewind/checkpoint.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>

#include <algorithm>

#include "runtime/rewind/raw_syscall.h"

namespace mayfly::runtime {
namespace {

// Of a worker: a guest has no way to more mappings than the kernel's own bound allows (vm.max_map_count).
constexpr size_t kRegionsMax = 4096;
// Each run may become a mapping of its own, and split another: all of them fit into KernelState's lists.
constexpr size_t kStoredRunsMax = 8192;

// 64 GiB: more than a worker may have.
constexpr size_t kTablePagesMax = (size_t{64} << 30) / kPageBytes;

// One scan over a gap costs less than two scans.
constexpr size_t kSpanGapBytesMax = size_t{1} << 20;

// Mapping one run costs more than storing a few pages between two that need it.
constexpr size_t kStoredGapPagesMax = 4;

alignas(kPageBytes) constexpr char kZeroPage[kPageBytes] = {};

}  // namespace

Checkpoint::Checkpoint(UnrestoredMemory& memory, const ZygoteImage& image, int store_fd)
    : image_(image),
      store_fd_(store_fd),
      regions_(memory.AllocateArray<Region>(kRegionsMax)),
      spans_(memory.AllocateArray<PageRun>(kRegionsMax)),
      stored_(memory.AllocateArray<PageRun>(kStoredRunsMax)),
      table_(memory.AllocateArray<Page>(kTablePagesMax)) {
  void* const store = mmap(nullptr, kStoreBytesMax, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_NORESERVE, store_fd, 0);
  // What can be written to it from now on is written through this mapping alone, and only until Seal.
  constexpr int kSeals = F_SEAL_FUTURE_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;
  if (store != MAP_FAILED && fcntl(store_fd, F_ADD_SEALS, kSeals) == 0) store_ = static_cast<char*>(store);
}

bool Checkpoint::IsDroppable(uintptr_t address) const {
  return std::ranges::any_of(image_.droppable(), [address](const PageRun& run) { return run.begin == address; });
}

const char* Checkpoint::AddRegions(std::span<const Mapping> mappings) {
  for (const Mapping& mapping : mappings) {
    if (!mapping.IsPrivateWritable() || IsDroppable(mapping.begin)) continue;
    const size_t pages = (mapping.end - mapping.begin) / kPageBytes;
    if (pages > table_.size() - table_used_) return "too much memory is mapped";
    Region* const last = region_count_ == 0 ? nullptr : &regions_[region_count_ - 1];
    if (last != nullptr && last->pages.end == mapping.begin && last->protection == mapping.protection &&
        last->stack == mapping.stack) {
      last->pages.end = mapping.end;
    } else {
      if (region_count_ == regions_.size()) return "too many mappings";
      regions_[region_count_++] = {.pages = {mapping.begin, mapping.end},
                                   .first = table_used_,
                                   .protection = mapping.protection,
                                   .stack = mapping.stack};
    }
    table_used_ += pages;
  }
  return nullptr;
}

void Checkpoint::AddSpans() {
  for (const Region& region : regions()) {
    if (span_count_ > 0 && region.pages.begin - spans_[span_count_ - 1].end <= kSpanGapBytesMax) {
      spans_[span_count_ - 1].end = region.pages.end;
    } else {
      spans_[span_count_++] = region.pages;
    }
  }
}

void Checkpoint::AddImagePages() {
  for (const ZygoteImage::Run& run : image_.runs()) {
    // What was one mapping in the zygote may have been split or unmapped since.
    const Region* region = nullptr;
    for (uintptr_t page = run.pages.begin; page < run.pages.end; page += kPageBytes) {
      if (region == nullptr || page >= region->pages.end) region = FindRegion(page);
      if (region == nullptr) continue;
      const size_t index = (run.place + page - run.pages.begin) / kPageBytes;
      PageAt(*region, page) = Page(Page::Kind::kImage, index);
    }
  }
}

const Checkpoint::Region* Checkpoint::FindRegion(uintptr_t address) const {
  const auto after = std::ranges::upper_bound(regions(), address, {}, [](const Region& r) { return r.pages.begin; });
  if (after == regions().begin()) return nullptr;
  const Region& region = *std::prev(after);
  return address < region.pages.end ? &region : nullptr;
}

const char* Checkpoint::PreImage(Page page) const {
  switch (page.kind()) {
    case Page::Kind::kZero:
      return kZeroPage;
    case Page::Kind::kImage:
      return image_.base() + page.index() * kPageBytes;
    case Page::Kind::kStored:
      return store_ + page.index() * kPageBytes;
  }
  return kZeroPage;
}

// Copies a run into the store, and joins it to the last one if that is near.
const char* Checkpoint::Store(const Region& region, PageRun run) {
  PageRun* const last = stored_count_ == 0 ? nullptr : &stored_[stored_count_ - 1];
  const bool joins = last != nullptr && last->begin >= region.pages.begin && last->end <= run.begin &&
                     run.begin - last->end <= kStoredGapPagesMax * kPageBytes;
  if (joins) {
    run.begin = last->end;
    last->end = run.end;
  } else {
    if (stored_count_ == stored_.size()) return "the memory is too scattered";
    stored_[stored_count_++] = run;
  }
  if (run.pages() > kStoreBytesMax / kPageBytes - stored_pages_) return "the memory is too large";
  char* const copy = store_ + stored_pages_ * kPageBytes;
  // All its pages at once cost less than a fault for each. Older kernels (before 5.14) leave it to the faults.
  RawSyscall(SYS_madvise, copy, run.bytes(), MADV_POPULATE_WRITE);
  memcpy(copy, run.data(), run.bytes());
  for (uintptr_t page = run.begin; page < run.end; page += kPageBytes) {
    PageAt(region, page) = Page(Page::Kind::kStored, stored_pages_++);
  }
  return nullptr;
}

const char* Checkpoint::Take(std::span<const Mapping> mappings, PageScanner& own, uintptr_t stack_top) {
  if (const char* error = AddRegions(mappings)) return error;
  AddSpans();
  AddImagePages();
  for (const Region& region : regions()) {
    const char* error = nullptr;
    const uintptr_t begin = region.stack ? std::max(region.pages.begin, stack_top) : region.pages.begin;
    const bool scanned = own.Scan({begin, region.pages.end}, [&](PageRun run) {
      if (error == nullptr) error = Store(region, run);
    });
    if (!scanned) return "the page map can't be read";
    if (error != nullptr) return error;
  }
  return nullptr;
}

const char* Checkpoint::MapStored() {
  size_t place = 0;
  for (const PageRun& run : stored()) {
    const Region& region = *FindRegion(run.begin);
    if (!region.stack) {
      const long mapped = RawSyscall(SYS_mmap, run.begin, run.bytes(), region.protection,
                                     MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE, store_fd_, place);
      if (mapped < 0) return "the stored memory can't be mapped";
    }
    place += run.bytes();
  }
  return nullptr;
}

const char* Checkpoint::Seal() {
  const long mapped =
      RawSyscall(SYS_mmap, store_, kStoreBytesMax, PROT_READ, MAP_SHARED | MAP_FIXED | MAP_NORESERVE, store_fd_, 0);
  if (mapped < 0) return "the store can't be mapped again";
  // What faults here does not fault in the first calls.
  if (stored_pages_ > 0) RawSyscall(SYS_madvise, store_, stored_pages_ * kPageBytes, MADV_POPULATE_READ);
  return nullptr;
}

}  // namespace mayfly::runtime
