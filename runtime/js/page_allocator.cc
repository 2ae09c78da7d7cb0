#include "runtime/js/page_allocator.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <utility>

#include "absl/log/check.h"
#include "runtime/rewind/page.h"

namespace mayfly::runtime::js {
namespace {

// Address space, which costs nothing: code ranges and WebAssembly's code; and a heap of the largest cap with its holes.
constexpr size_t kCodeBytes = 8 * kCodeRangeBytes;
constexpr size_t kDataBytes = 2 * kMemoryLimitMibMax * kMiB;

// A larger reservation is a mapping of its own: the heap's chunks are a quarter of a MiB, but for large objects.
constexpr size_t kReservationBytesMax = 16 * kMiB;

using Permission = v8::PageAllocator::Permission;

MemoryRegion Reserve(size_t bytes, MemoryRegion::Access access) {
  absl::StatusOr<MemoryRegion> region = MemoryRegion::Reserve(bytes, access);
  CHECK(region.ok()) << region.status();
  return *std::move(region);
}

bool IsForCode(Permission permission) {
  switch (permission) {
    case v8::PageAllocator::kReadWriteExecute:
    case v8::PageAllocator::kReadExecute:
    case v8::PageAllocator::kNoAccessWillJitLater:
      return true;
    case v8::PageAllocator::kNoAccess:
    case v8::PageAllocator::kRead:
    case v8::PageAllocator::kReadWrite:
      return false;
  }
  return false;
}

int Protection(Permission permission) {
  switch (permission) {
    case v8::PageAllocator::kNoAccess:
    case v8::PageAllocator::kNoAccessWillJitLater:
      return PROT_NONE;
    case v8::PageAllocator::kRead:
      return PROT_READ;
    case v8::PageAllocator::kReadWrite:
      return PROT_READ | PROT_WRITE;
    case v8::PageAllocator::kReadExecute:
      return PROT_READ | PROT_EXEC;
    case v8::PageAllocator::kReadWriteExecute:
      return PROT_READ | PROT_WRITE | PROT_EXEC;
  }
  return PROT_NONE;
}

// A mapping of its own, aligned by cutting off what is too much.
void* Map(size_t bytes, size_t alignment, Permission permission) {
  const size_t slack = alignment > kPageBytes ? alignment : 0;
  if (bytes + slack < bytes) return nullptr;
  void* const mapped =
      mmap(nullptr, bytes + slack, Protection(permission), MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  if (slack == 0) return mapped;
  const uintptr_t begin = reinterpret_cast<uintptr_t>(mapped);
  const uintptr_t aligned = (begin + alignment - 1) / alignment * alignment;
  if (aligned > begin) munmap(mapped, aligned - begin);
  if (begin + slack > aligned) munmap(reinterpret_cast<void*>(aligned + bytes), begin + slack - aligned);
  return reinterpret_cast<void*>(aligned);
}

// The range that holds an address.
std::map<uintptr_t, uintptr_t>::iterator Holding(std::map<uintptr_t, uintptr_t>& ranges, uintptr_t address) {
  const auto behind = ranges.upper_bound(address);
  if (behind == ranges.begin() || address >= std::prev(behind)->second) return ranges.end();
  return std::prev(behind);
}

}  // namespace

PageAllocator::PageAllocator()
    : code_(Reserve(kCodeBytes, MemoryRegion::Access::kReadWriteExecute)),
      data_(Reserve(kDataBytes, MemoryRegion::Access::kReadWrite)) {}

MemoryRegion* PageAllocator::RegionOf(const void* address) {
  if (data_.Contains(address)) return &data_;
  return code_.Contains(address) ? &code_ : nullptr;
}

void PageAllocator::CommitAhead(size_t bytes) { (void)data_.Commit(std::min(data_.committed() + bytes, data_.size())); }

void PageAllocator::Settle() {
  data_.Settle();
  code_.Settle();
  settled_ = own_;
}

size_t PageAllocator::AllocatePageSize() { return kPageBytes; }

size_t PageAllocator::CommitPageSize() { return kPageBytes; }

void* PageAllocator::AllocatePages(void* hint, size_t bytes, size_t alignment, Permission permission) {
  if (IsForCode(permission)) return code_.Allocate(bytes, alignment);
  const bool reservation = permission == kNoAccess;
  if (reservation && bytes > kReservationBytesMax) return MapOwn(bytes, alignment, permission);
  void* const begin = data_.Allocate(bytes, alignment);
  return begin == nullptr && reservation ? MapOwn(bytes, alignment, permission) : begin;
}

void* PageAllocator::MapOwn(size_t bytes, size_t alignment, Permission permission) {
  void* const begin = Map(bytes, alignment, permission);
  if (begin != nullptr) own_[reinterpret_cast<uintptr_t>(begin)] = reinterpret_cast<uintptr_t>(begin) + bytes;
  return begin;
}

bool PageAllocator::FreePages(void* begin, size_t bytes) {
  MemoryRegion* const region = RegionOf(begin);
  if (region != nullptr) {
    region->Free(begin, bytes);
    return true;
  }
  const uintptr_t from = reinterpret_cast<uintptr_t>(begin);
  if (Holding(settled_, from) != settled_.end()) return DecommitPages(begin, bytes);
  // All of it, or its tail.
  const auto own = Holding(own_, from);
  if (own != own_.end()) own->second = from;
  if (own != own_.end() && own->first == from) own_.erase(own);
  return munmap(begin, bytes) == 0;
}

bool PageAllocator::ReleasePages(void* begin, size_t bytes, size_t new_bytes) {
  return FreePages(static_cast<char*>(begin) + new_bytes, bytes - new_bytes);
}

bool PageAllocator::SetPermissions(void* begin, size_t bytes, Permission permission) {
  MemoryRegion* const region = RegionOf(begin);
  if (region == nullptr) return mprotect(begin, bytes, Protection(permission)) == 0;
  // The region's pages have what V8 may ask of them already; only code may not stand among the data.
  return region == &code_ || !IsForCode(permission);
}

bool PageAllocator::RecommitPages(void* begin, size_t bytes, Permission permission) {
  return SetPermissions(begin, bytes, permission);
}

// A hint. Pages that may be a file's by now would not come back as zeroes, nor give much.
bool PageAllocator::DiscardSystemPages(void* begin, size_t bytes) {
  if (RegionOf(begin) == nullptr) (void)madvise(begin, bytes, MADV_DONTNEED);
  return true;
}

bool PageAllocator::DecommitPages(void* begin, size_t bytes) {
  MemoryRegion* const region = RegionOf(begin);
  if (region != nullptr) {
    region->Discard(begin, bytes);
    return true;
  }
  // A new mapping in its place: whatever the old one was, this is empty and costs nothing.
  return mmap(begin, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0) == begin;
}

}  // namespace mayfly::runtime::js
