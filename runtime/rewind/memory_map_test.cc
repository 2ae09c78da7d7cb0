#include "runtime/rewind/memory_map.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/mman.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/unique_fd.h"
#include "runtime/rewind/page.h"

namespace mayfly::runtime {
namespace {

constexpr std::string_view kMaps =
    "55e0c0a00000-55e0c0a21000 rw-p 00000000 00:00 0                          [heap]\n"
    "7f0000000000-7f0000001000 r-xp 0000a000 fd:01 1234567                    /usr/[v2]/lib with [stack]\n"
    "7f0000001000-7f0000002000 rw-s 00000000 00:01 42                         /memfd:channel (deleted)\n"
    "7f0000002000-7f0000003000 ---p 00000000 00:00 0 \n"
    "7ffc00000000-7ffc00021000 rw-p 00000000 00:00 0                          [stack]\n"
    "ffffffffff600000-ffffffffff601000 --xp 00000000 00:00 0                  [vsyscall]\n";

TEST(MemoryMap, ReadsEachLine) {
  std::vector<Mapping> mappings(16);
  ASSERT_EQ(ParseMemoryMap(kMaps, mappings), 6);
  EXPECT_EQ(mappings[0].begin, 0x55e0c0a00000u);
  EXPECT_EQ(mappings[0].end, 0x55e0c0a21000u);
  EXPECT_TRUE(mappings[0].IsPrivateWritable());
  EXPECT_EQ(mappings[1].protection, PROT_READ | PROT_EXEC);
  EXPECT_EQ(mappings[1].offset, 0xa000u);
  EXPECT_EQ(mappings[1].inode, 1234567u);
  EXPECT_FALSE(mappings[1].special || mappings[1].stack);
  EXPECT_TRUE(mappings[2].shared);
  EXPECT_FALSE(mappings[2].IsPrivateWritable());
  EXPECT_EQ(mappings[3].protection, PROT_NONE);
  EXPECT_TRUE(mappings[4].stack);
  EXPECT_TRUE(mappings[5].special);
}

TEST(MemoryMap, SaysHowManyLinesThereAreWhenTheyDoNotFit) {
  std::vector<Mapping> mappings(2);
  EXPECT_EQ(ParseMemoryMap(kMaps, mappings), 6);
  EXPECT_TRUE(mappings[1].protection == (PROT_READ | PROT_EXEC));
}

TEST(MemoryMap, RefusesWhatIsNoLine) {
  std::vector<Mapping> mappings(2);
  EXPECT_EQ(ParseMemoryMap("55e0c0a00000 rw-p\n", mappings), -1);
  EXPECT_EQ(ParseMemoryMap("55e0c0a00000-55e0c0a21000 rw-p 00000000 00:00 0", mappings), -1);
}

TEST(MemoryMap, ReadsThisProcess) {
  const UniqueFd fd(open("/proc/self/maps", O_RDONLY | O_CLOEXEC));
  void* const page = mmap(nullptr, kPageBytes, PROT_READ, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  std::string text(1 << 20, '\0');
  std::vector<Mapping> mappings(10'000);
  const ptrdiff_t length = ReadMemoryMap(fd.get(), text);
  ASSERT_GT(length, 0);
  const ptrdiff_t count = ParseMemoryMap(std::string_view(text).substr(0, static_cast<size_t>(length)), mappings);
  ASSERT_GT(count, 0);
  mappings.resize(static_cast<size_t>(count));
  const uintptr_t begin = reinterpret_cast<uintptr_t>(page);
  const auto found =
      std::ranges::find_if(mappings, [&](const Mapping& m) { return m.begin <= begin && begin < m.end; });
  ASSERT_NE(found, mappings.end());
  EXPECT_TRUE(found->shared);
  EXPECT_EQ(found->protection, PROT_READ);
  EXPECT_EQ(ReadMemoryMap(fd.get(), std::span(text).first(100)), -1);
  munmap(page, kPageBytes);
}

}  // namespace
}  // namespace mayfly::runtime
