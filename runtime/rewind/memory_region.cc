#include "runtime/rewind/memory_region.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "runtime/rewind/page.h"

namespace mayfly::runtime {
namespace {

// The front grows by at least this, so that few allocations need a system call.
constexpr size_t kGrowthBytesMin = size_t{1} << 20;

size_t RoundUp(size_t value, size_t multiple) { return (value + multiple - 1) / multiple * multiple; }

int Protection(MemoryRegion::Access access) {
  const int writable = PROT_READ | PROT_WRITE;
  return access == MemoryRegion::Access::kReadWriteExecute ? writable | PROT_EXEC : writable;
}

}  // namespace

absl::StatusOr<MemoryRegion> MemoryRegion::Reserve(size_t bytes, Access access) {
  const size_t size = RoundUp(bytes, kPageBytes);
  void* const begin = mmap(nullptr, size, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (begin == MAP_FAILED) {
    return absl::ResourceExhaustedError(absl::StrCat("reserving ", size, " bytes: ", strerror(errno)));
  }
  return MemoryRegion(reinterpret_cast<uintptr_t>(begin), size, access);
}

MemoryRegion::MemoryRegion(uintptr_t begin, size_t size, Access access)
    : begin_(begin), size_(size), access_(access), free_{{begin, size}} {}

MemoryRegion::MemoryRegion(MemoryRegion&& other) noexcept
    : begin_(std::exchange(other.begin_, 0)),
      size_(std::exchange(other.size_, 0)),
      access_(other.access_),
      committed_(std::exchange(other.committed_, 0)),
      settled_(std::exchange(other.settled_, 0)),
      free_(std::exchange(other.free_, {})) {}

MemoryRegion::~MemoryRegion() {
  if (size_ != 0) munmap(reinterpret_cast<void*>(begin_), size_);
}

bool MemoryRegion::Commit(size_t bytes) {
  if (bytes <= committed_) return true;
  const size_t wanted = std::min(RoundUp(std::max(bytes, committed_ + kGrowthBytesMin), kPageBytes), size_);
  if (bytes > wanted) return false;
  void* const front = reinterpret_cast<void*>(begin_ + committed_);
  if (mprotect(front, wanted - committed_, Protection(access_)) != 0) return false;
  committed_ = wanted;
  return true;
}

void* MemoryRegion::Allocate(size_t bytes, size_t alignment) {
  const size_t size = RoundUp(std::max<size_t>(bytes, 1), kPageBytes);
  if (size < bytes) return nullptr;
  for (auto range = free_.begin(); range != free_.end(); ++range) {
    const uintptr_t begin = RoundUp(range->first, std::max(alignment, kPageBytes));
    const size_t skipped = begin - range->first;
    if (skipped > range->second || range->second - skipped < size) continue;
    if (!Commit(begin + size - begin_)) return nullptr;
    Take(range, begin, size);
    return reinterpret_cast<void*>(begin);
  }
  return nullptr;
}

// Cuts [begin, begin + bytes) out of a free range.
void MemoryRegion::Take(FreeRanges::iterator range, uintptr_t begin, size_t bytes) {
  const auto [range_begin, range_size] = *range;
  const uintptr_t end = begin + bytes;
  if (begin == range_begin) {
    free_.erase(range);
  } else {
    range->second = begin - range_begin;
  }
  if (end < range_begin + range_size) free_.emplace(end, range_begin + range_size - end);
}

void MemoryRegion::Free(void* begin, size_t bytes) {
  const size_t size = RoundUp(bytes, kPageBytes);
  Discard(begin, size);
  auto range = free_.emplace(reinterpret_cast<uintptr_t>(begin), size).first;
  if (range != free_.begin()) {
    const auto before = std::prev(range);
    if (before->first + before->second == range->first) {
      before->second += range->second;
      free_.erase(range);
      range = before;
    }
  }
  const auto after = std::next(range);
  if (after == free_.end() || range->first + range->second != after->first) return;
  range->second += after->second;
  free_.erase(after);
}

void MemoryRegion::Discard(void* begin, size_t bytes) {
  const uintptr_t from = reinterpret_cast<uintptr_t>(begin);
  const uintptr_t anonymous = std::clamp(begin_ + settled_, from, from + bytes);
  memset(begin, 0, anonymous - from);
  if (anonymous < from + bytes) {
    (void)madvise(reinterpret_cast<void*>(anonymous), from + bytes - anonymous, MADV_DONTNEED);
  }
}

void MemoryRegion::Settle() {
  const bool full = free_.empty() || free_.rbegin()->first + free_.rbegin()->second != begin_ + size_;
  settled_ = std::max(settled_, full ? size_ : free_.rbegin()->first - begin_);
}

bool MemoryRegion::Contains(const void* address) const { return reinterpret_cast<uintptr_t>(address) - begin_ < size_; }

}  // namespace mayfly::runtime
