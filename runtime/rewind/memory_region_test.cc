#include "runtime/rewind/memory_region.h"

#include <gtest/gtest.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>

#include "runtime/rewind/page.h"

namespace mayfly::runtime {
namespace {

constexpr size_t kSize = size_t{64} << 20;

MemoryRegion Reserve(size_t bytes = kSize) {
  absl::StatusOr<MemoryRegion> region = MemoryRegion::Reserve(bytes, MemoryRegion::Access::kReadWrite);
  EXPECT_TRUE(region.ok()) << region.status();
  return *std::move(region);
}

bool IsZero(const char* bytes, size_t count) {
  return std::all_of(bytes, bytes + count, [](char byte) { return byte == 0; });
}

TEST(MemoryRegion, HandsOutTheLowestPlaceThatFits) {
  MemoryRegion region = Reserve();
  char* const first = static_cast<char*>(region.Allocate(kPageBytes, kPageBytes));
  char* const second = static_cast<char*>(region.Allocate(3 * kPageBytes, kPageBytes));
  EXPECT_EQ(reinterpret_cast<uintptr_t>(first), region.begin());
  EXPECT_EQ(second, first + kPageBytes);
  region.Free(first, kPageBytes);
  EXPECT_EQ(region.Allocate(2 * kPageBytes, kPageBytes), second + 3 * kPageBytes);
  EXPECT_EQ(region.Allocate(1, kPageBytes), first);
}

TEST(MemoryRegion, Aligns) {
  MemoryRegion region = Reserve();
  region.Allocate(kPageBytes, kPageBytes);
  const uintptr_t aligned = reinterpret_cast<uintptr_t>(region.Allocate(kPageBytes, 256 * 1024));
  EXPECT_EQ(aligned % (256 * 1024), 0u);
  // What was skipped is still there.
  EXPECT_EQ(reinterpret_cast<uintptr_t>(region.Allocate(kPageBytes, kPageBytes)), region.begin() + kPageBytes);
}

TEST(MemoryRegion, MergesWhatIsFreed) {
  MemoryRegion region = Reserve(3 * kPageBytes);
  char* const begin = static_cast<char*>(region.Allocate(3 * kPageBytes, kPageBytes));
  region.Free(begin, kPageBytes);
  region.Free(begin + 2 * kPageBytes, kPageBytes);
  EXPECT_EQ(region.Allocate(2 * kPageBytes, kPageBytes), nullptr);
  region.Free(begin + kPageBytes, kPageBytes);
  EXPECT_EQ(region.Allocate(3 * kPageBytes, kPageBytes), begin);
}

TEST(MemoryRegion, WhatIsFreedIsZeroWhenItIsHandedOutAgain) {
  MemoryRegion region = Reserve();
  for (const bool settled : {false, true}) {
    char* const begin = static_cast<char*>(region.Allocate(2 * kPageBytes, kPageBytes));
    if (settled) region.Settle();
    memset(begin, 1, 2 * kPageBytes);
    region.Free(begin, 2 * kPageBytes);
    EXPECT_EQ(region.Allocate(2 * kPageBytes, kPageBytes), begin);
    EXPECT_TRUE(IsZero(begin, 2 * kPageBytes)) << settled;
    region.Free(begin, 2 * kPageBytes);
  }
}

TEST(MemoryRegion, WhatWasSettledOnceStaysSo) {
  MemoryRegion region = Reserve();
  char* const begin = static_cast<char*>(region.Allocate(2 * kPageBytes, kPageBytes));
  region.Settle();
  region.Free(begin, 2 * kPageBytes);
  region.Settle();
  // As an image puts a file in the place of memory.
  const int file = memfd_create("settled", MFD_CLOEXEC);
  ASSERT_EQ(ftruncate(file, 2 * kPageBytes), 0);
  ASSERT_EQ(pwrite(file, "old", 3, 0), 3);
  ASSERT_NE(mmap(begin, 2 * kPageBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED, file, 0), MAP_FAILED);
  close(file);
  region.Free(region.Allocate(2 * kPageBytes, kPageBytes), 2 * kPageBytes);
  EXPECT_TRUE(IsZero(begin, 2 * kPageBytes));
}

TEST(MemoryRegion, RefusesWhatDoesNotFit) {
  MemoryRegion region = Reserve(4 * kPageBytes);
  EXPECT_EQ(region.Allocate(5 * kPageBytes, kPageBytes), nullptr);
  EXPECT_EQ(region.Allocate(~size_t{0}, kPageBytes), nullptr);
  EXPECT_FALSE(region.Commit(5 * kPageBytes));
  EXPECT_NE(region.Allocate(4 * kPageBytes, kPageBytes), nullptr);
}

TEST(MemoryRegion, CommitsItsFrontOnly) {
  MemoryRegion region = Reserve();
  EXPECT_EQ(region.committed(), 0u);
  EXPECT_TRUE(region.Commit(size_t{2} << 20));
  EXPECT_EQ(region.committed(), size_t{2} << 20);
  region.Allocate(kPageBytes, kPageBytes);
  EXPECT_EQ(region.committed(), size_t{2} << 20);
}

}  // namespace
}  // namespace mayfly::runtime
