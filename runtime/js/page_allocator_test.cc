#include "runtime/js/page_allocator.h"

#include <gtest/gtest.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <functional>

#include "base/limits.h"
#include "runtime/rewind/page.h"

namespace mayfly::runtime::js {
namespace {

using Permission = v8::PageAllocator::Permission;

constexpr size_t kChunkBytes = 256 * kKiB;
constexpr size_t kReservationBytes = 1024 * kMiB;

bool IsZero(const void* begin, size_t bytes) {
  const auto* const chars = static_cast<const char*>(begin);
  return std::all_of(chars, chars + bytes, [](char c) { return c == 0; });
}

// The value of a child process, which ends with it.
int InChild(const std::function<int()>& body) {
  const pid_t pid = fork();
  if (pid == 0) _exit(body());
  int status = 0;
  EXPECT_EQ(waitpid(pid, &status, 0), pid);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

TEST(PageAllocatorTest, ChunksComeFromTheDataRegionAlignedAndZero) {
  PageAllocator pages;
  void* const chunk = pages.AllocatePages(nullptr, kChunkBytes, kChunkBytes, Permission::kNoAccess);
  ASSERT_NE(chunk, nullptr);
  EXPECT_TRUE(pages.data().Contains(chunk));
  EXPECT_EQ(reinterpret_cast<uintptr_t>(chunk) % kChunkBytes, 0);
  EXPECT_TRUE(pages.SetPermissions(chunk, kChunkBytes, Permission::kReadWrite));
  EXPECT_TRUE(IsZero(chunk, kChunkBytes));
}

TEST(PageAllocatorTest, CodeComesFromTheCodeRegionAndRunsWhereverItIsWritten) {
  PageAllocator pages;
  void* const code = pages.AllocatePages(nullptr, kPageBytes, kPageBytes, Permission::kNoAccessWillJitLater);
  ASSERT_TRUE(pages.code().Contains(code));
  EXPECT_TRUE(pages.SetPermissions(code, kPageBytes, Permission::kReadExecute));
  constexpr uint8_t kReturnSeven[] = {0xb8, 7, 0, 0, 0, 0xc3};  // mov eax, 7; ret
  memcpy(code, kReturnSeven, sizeof(kReturnSeven));
  EXPECT_EQ(reinterpret_cast<int (*)()>(code)(), 7);
}

TEST(PageAllocatorTest, DataCannotBecomeCode) {
  PageAllocator pages;
  void* const data = pages.AllocatePages(nullptr, kPageBytes, kPageBytes, Permission::kReadWrite);
  EXPECT_FALSE(pages.SetPermissions(data, kPageBytes, Permission::kReadExecute));
}

TEST(PageAllocatorTest, WhatWasFreedOrDecommittedComesBackAsZeroes) {
  PageAllocator pages;
  void* const chunk = pages.AllocatePages(nullptr, kChunkBytes, kChunkBytes, Permission::kReadWrite);
  memset(chunk, 1, kChunkBytes);
  EXPECT_TRUE(pages.DecommitPages(chunk, kPageBytes));
  EXPECT_TRUE(pages.RecommitPages(chunk, kPageBytes, Permission::kReadWrite));
  EXPECT_TRUE(IsZero(chunk, kPageBytes));
  EXPECT_TRUE(pages.FreePages(chunk, kChunkBytes));
  EXPECT_EQ(pages.AllocatePages(nullptr, kChunkBytes, kChunkBytes, Permission::kReadWrite), chunk);
  EXPECT_TRUE(IsZero(chunk, kChunkBytes));
}

TEST(PageAllocatorTest, SettledPagesComeBackAsZeroesToo) {
  PageAllocator pages;
  void* const chunk = pages.AllocatePages(nullptr, kChunkBytes, kChunkBytes, Permission::kReadWrite);
  memset(chunk, 1, kChunkBytes);
  pages.Settle();
  EXPECT_TRUE(pages.DecommitPages(chunk, kChunkBytes));
  EXPECT_TRUE(IsZero(chunk, kChunkBytes));
}

TEST(PageAllocatorTest, TheReleasedTailIsHandedOutAgain) {
  PageAllocator pages;
  char* const chunk =
      static_cast<char*>(pages.AllocatePages(nullptr, 4 * kPageBytes, kPageBytes, Permission::kReadWrite));
  memset(chunk, 1, 4 * kPageBytes);
  EXPECT_TRUE(pages.ReleasePages(chunk, 4 * kPageBytes, kPageBytes));
  void* const next = pages.AllocatePages(nullptr, 3 * kPageBytes, kPageBytes, Permission::kReadWrite);
  EXPECT_EQ(next, chunk + kPageBytes);
  EXPECT_TRUE(IsZero(next, 3 * kPageBytes));
  EXPECT_EQ(*chunk, 1);
}

TEST(PageAllocatorTest, ALargeReservationLeavesTheRegionsAsTheyAre) {
  PageAllocator pages;
  const size_t committed = pages.data().committed();
  void* const reserved = pages.AllocatePages(nullptr, kReservationBytes, 64 * kKiB, Permission::kNoAccess);
  ASSERT_NE(reserved, nullptr);
  EXPECT_FALSE(pages.data().Contains(reserved));
  EXPECT_EQ(reinterpret_cast<uintptr_t>(reserved) % (64 * kKiB), 0);
  EXPECT_EQ(pages.data().committed(), committed);
  EXPECT_TRUE(pages.SetPermissions(reserved, kPageBytes, Permission::kReadWrite));
  memset(reserved, 1, kPageBytes);
  EXPECT_TRUE(pages.DecommitPages(reserved, kPageBytes));
  EXPECT_TRUE(pages.SetPermissions(reserved, kPageBytes, Permission::kReadWrite));
  EXPECT_TRUE(IsZero(reserved, kPageBytes));
  EXPECT_TRUE(pages.FreePages(reserved, kReservationBytes));
}

TEST(PageAllocatorTest, AReservationThatHasSettledKeepsItsPlaceWhenItIsFreed) {
  PageAllocator pages;
  const auto reserve = [&pages] {
    return pages.AllocatePages(nullptr, kReservationBytes, kChunkBytes, Permission::kNoAccess);
  };
  void* const settled = reserve();
  pages.Settle();
  EXPECT_TRUE(pages.FreePages(settled, kReservationBytes));
  void* const other = reserve();
  EXPECT_NE(other, settled);
  EXPECT_TRUE(pages.FreePages(other, kReservationBytes));
  EXPECT_EQ(reserve(), other);
}

TEST(PageAllocatorTest, WhatIsCommittedAheadNeedsNoMoreOfTheKernel) {
  EXPECT_EQ(InChild([] {
              PageAllocator pages;
              pages.CommitAhead(4 * kMiB);
              const rlimit none = {.rlim_cur = 0, .rlim_max = 0};
              setrlimit(RLIMIT_DATA, &none);
              void* const within = pages.AllocatePages(nullptr, 3 * kMiB, kPageBytes, Permission::kReadWrite);
              void* const beyond = pages.AllocatePages(nullptr, 3 * kMiB, kPageBytes, Permission::kReadWrite);
              return (within != nullptr ? 1 : 0) + (beyond != nullptr ? 2 : 0);
            }),
            1);
}

TEST(PageAllocatorTest, AReservationForWhichNoMemoryIsLeftIsAddressSpaceAlone) {
  EXPECT_EQ(InChild([] {
              PageAllocator pages;
              const rlimit none = {.rlim_cur = 0, .rlim_max = 0};
              setrlimit(RLIMIT_DATA, &none);
              void* const reserved = pages.AllocatePages(nullptr, 8 * kMiB, kPageBytes, Permission::kNoAccess);
              if (reserved == nullptr || pages.data().Contains(reserved)) return 1;
              return pages.SetPermissions(reserved, kPageBytes, Permission::kReadWrite) ? 2 : 0;
            }),
            0);
}

}  // namespace
}  // namespace mayfly::runtime::js
