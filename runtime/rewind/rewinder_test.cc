// What comes back in a rewind, and what it costs: see rewinder_fixture.h.
#include "runtime/rewind/rewinder.h"

#include <fcntl.h>
#include <fenv.h>
#include <gtest/gtest.h>
#include <immintrin.h>
#include <linux/rseq.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <string>
#include <vector>

#include "runtime/rewind/memory_region.h"
#include "runtime/rewind/page.h"
#include "runtime/rewind/rewinder_fixture.h"

namespace mayfly::runtime {
namespace {

int global_number = 7;
int global_zero;
std::vector<std::string>* texts = nullptr;

TEST_P(RewinderTest, BringsGlobalsHeapAndStackBack) {
  const auto load = [] { texts = new std::vector<std::string>(100, std::string(100, 'a')); };
  const auto call = [](Rewinder&, Survivor&) {
    CHILD_EXPECT(global_number == 7 && global_zero == 0);
    CHILD_EXPECT(texts->size() == 100 && texts->at(99) == std::string(100, 'a'));
    global_number = 8;
    global_zero = 9;
    texts->at(99)[0] = 'b';
    texts->resize(5);
    char stack[50'000];
    memset(stack, 0x55, sizeof(stack));
    asm volatile("" ::"r"(stack) : "memory");
  };
  EXPECT_EQ(Run(200, load, call), 0);
}

// Frees a hundred pieces, each on a page of its own and between others, so that no two become one.
void FreePieces(size_t bytes) {
  static std::vector<void*> pieces, between;
  pieces.clear();
  for (int i = 0; i < 100; ++i) {
    pieces.push_back(malloc(bytes));
    between.push_back(malloc(kPageBytes));
  }
  for (void* piece : pieces) free(piece);
}

// malloc keeps a few of them in the thread's cache, and the others in a bin.
constexpr size_t kSmallPieceBytes = 24;
// Larger than those that it keeps in the thread's cache.
constexpr size_t kPieceBytes = 2000;

TEST_P(RewinderTest, WhatWasFreedBeforeTheCheckpointIsNotWrittenToByEachCall) {
  const auto load = [] {
    FreePieces(kSmallPieceBytes);
    // They are put into their bin, and the cache of the thread is used up.
    void* volatile large = malloc(40 * kPageBytes);
    free(large);
    static void* volatile cached[16];
    for (void* volatile& piece : cached) piece = malloc(kSmallPieceBytes);
    FreePieces(kPieceBytes);
  };
  const auto call = [](Rewinder& rewinder, Survivor& survivor) {
    // Sorting writes to some hundred of the pieces' pages, filling the cache to 16. What dontneed drops is not counted.
    // Only the first rewind's: in later ones pagemap can't tell what verification has read from what was written.
    if (survivor.calls == 1) CHILD_EXPECT(rewinder.cost().pages < 12);
    void* volatile small = malloc(kSmallPieceBytes);
    void* volatile large = malloc(20 * kPieceBytes);
    free(large);
    free(small);
  };
  EXPECT_EQ(Run(4, load, call), 0);
}

TEST_P(RewinderTest, GivesLargeMemoryBack) {
  const auto call = [](Rewinder&, Survivor& survivor) {
    std::vector<char> large(50'000'000, 'x');
    CHILD_EXPECT(large[49'999'999] == 'x');
    large = {};
    long pages = 0;
    FILE* const statm = fopen("/proc/self/statm", "r");
    CHILD_EXPECT(fscanf(statm, "%*d %ld", &pages) == 1);
    fclose(statm);
    if (survivor.calls == 10) survivor.value = pages;
    CHILD_EXPECT(survivor.calls <= 10 || pages <= survivor.value + 64);
  };
  EXPECT_EQ(Run(30, [] {}, call), 0);
}

TEST_P(RewinderTest, BringsARegionBackThatHasGrown) {
  static MemoryRegion* region;
  boot_ = [] {
    region = new MemoryRegion(*MemoryRegion::Reserve(size_t{256} << 20, MemoryRegion::Access::kReadWrite));
  };
  const auto load = [] {
    memset(region->Allocate(20 * kPageBytes, kPageBytes), 1, 20 * kPageBytes);
    region->Settle();
  };
  const auto call = [](Rewinder&, Survivor&) {
    const size_t before = region->committed();
    char* const first = reinterpret_cast<char*>(region->begin());
    CHILD_EXPECT(first[19 * kPageBytes] == 1);
    char* const grown = static_cast<char*>(region->Allocate(size_t{10} << 20, kPageBytes));
    CHILD_EXPECT(grown[0] == 0 && region->committed() > before);
    memset(grown, 2, size_t{10} << 20);
    region->Free(first, 20 * kPageBytes);
    CHILD_EXPECT(first[19 * kPageBytes] == 0);
  };
  EXPECT_EQ(Run(20, load, call), 0);
}

TEST_P(RewinderTest, UnmapsWhatACallHasMapped) {
  const auto call = [](Rewinder&, Survivor&) {
    for (int i = 0; i < 5; ++i) {
      char* const page =
          static_cast<char*>(mmap(nullptr, 3 * kPageBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0));
      CHILD_EXPECT(page[kPageBytes] == 0);
      page[kPageBytes] = 1;
    }
  };
  EXPECT_EQ(Run(20, [] {}, call), 0);
}

TEST_P(RewinderTest, KnowsBeforehandThatAnUnmappedPageIsLost) {
  static void* page;
  boot_ = [] { page = MapPage(); };
  // Where guests make calls the kernel refuses it.
  const bool sealed = GetParam().guest_calls && syscall(SYS_mseal, 0, 0, 0) == 0;
  EXPECT_EQ(Run(1, [] {}, [](Rewinder&, Survivor&) { munmap(page, kPageBytes); }, sealed), 0);
}

TEST_P(RewinderTest, TakesBackWhatTheReplyHasAllocated) {
  reply_ = [] { memset(sbrk(1 << 20), 1, 1 << 20); };
  const auto call = [](Rewinder&, Survivor& survivor) {
    const auto end = reinterpret_cast<intptr_t>(sbrk(0));
    CHILD_EXPECT(survivor.calls == 0 || end == survivor.value);
    survivor.value = end;
    const char* const fresh = static_cast<const char*>(sbrk(1 << 20));
    CHILD_EXPECT(fresh[0] == 0 && fresh[(1 << 20) - 1] == 0);
  };
  EXPECT_EQ(Run(5, [] {}, call), 0);
}

TEST_P(RewinderTest, ClosesWhatACallHasOpened) {
  const auto call = [](Rewinder&, Survivor& survivor) {
    int ends[2];
    CHILD_EXPECT(pipe(ends) == 0);
    CHILD_EXPECT(survivor.calls == 0 || ends[0] == survivor.value);
    survivor.value = ends[0];
  };
  EXPECT_EQ(Run(5, [] {}, call), 0);
}

TEST_P(RewinderTest, BringsSignalMaskAndRoundingModeBack) {
  const auto call = [](Rewinder&, Survivor&) {
    CHILD_EXPECT(fegetround() == FE_TONEAREST && _mm_getcsr() % (1 << 16) / (1 << 13) == 0);
    fesetround(FE_UPWARD);
    sigset_t mask;
    sigprocmask(SIG_SETMASK, nullptr, &mask);
    CHILD_EXPECT(sigismember(&mask, SIGUSR1) == 0);
    sigaddset(&mask, SIGUSR1);
    sigprocmask(SIG_SETMASK, &mask, nullptr);
  };
  EXPECT_EQ(Run(3, [] {}, call), 0);
}

// The kernel notes in it at any time which processor the thread is on.
TEST_P(RewinderTest, SharesNoMemoryWithTheKernel) {
  const auto call = [](Rewinder&, Survivor&) {
    alignas(32) static char area[32];
    // Refused while another is registered.
    CHILD_EXPECT(syscall(SYS_rseq, area, sizeof(area), 0, 0x53053053) == 0);
    CHILD_EXPECT(syscall(SYS_rseq, area, sizeof(area), RSEQ_FLAG_UNREGISTER, 0x53053053) == 0);
  };
  EXPECT_EQ(Run(1, [] {}, call), 0);
}

TEST_P(RewinderTest, KeepsNoWayToWriteToItsStore) {
  const auto call = [](Rewinder&, Survivor&) {
    std::ifstream maps("/proc/self/maps");
    int stores = 0;
    for (std::string line; std::getline(maps, line);) {
      if (line.find("mayfly-checkpoint") == std::string::npos || line.find("s ") == std::string::npos) continue;
      ++stores;
      CHILD_EXPECT(line.find(" r--s ") != std::string::npos);
    }
    CHILD_EXPECT(stores == 1);
    for (int fd = 0; fd < 64; ++fd) {
      char target[256] = {};
      if (readlink(("/proc/self/fd/" + std::to_string(fd)).c_str(), target, sizeof(target) - 1) < 0) continue;
      CHILD_EXPECT(strstr(target, "mayfly-checkpoint") == nullptr);
    }
  };
  EXPECT_EQ(Run(1, [] {}, call), 0);
}

TEST_P(RewinderTest, BringsBackWhatOnlyTheBinaryHolds) {
  static constinit std::array<char, 250'000> data = [] {
    std::array<char, 250'000> filled{};
    filled.fill(3);
    return filled;
  }();
  const auto call = [](Rewinder&, Survivor&) {
    char* const page = &data[125'000];
    CHILD_EXPECT(*page == 3);
    *page = 4;
  };
  EXPECT_EQ(Run(3, [] {}, call), 0);
}

// glibc keeps what getrandom() gives in memory of its own; it must not come back.
TEST_P(RewinderTest, RandomNumbersOfTheKernelDoNotRepeat) {
  const auto call = [](Rewinder&, Survivor& survivor) {
    int64_t value;
    CHILD_EXPECT(getrandom(&value, sizeof(value), 0) == sizeof(value));
    for (int i = 0; i < survivor.calls; ++i) CHILD_EXPECT(survivor.values[i] != value);
    survivor.values[survivor.calls] = value;
  };
  EXPECT_EQ(Run(64, [] {}, call), 0);
}

TEST_P(RewinderTest, WipesTheStackBelowTheCheckpoint) {
  const auto call = [](Rewinder&, Survivor& survivor) {
    // In the frames of a depth that the way here has not reached.
    volatile char* const deep = static_cast<char*>(__builtin_frame_address(0)) - 300'000;
    CHILD_EXPECT(*deep == 0);
    *deep = 1;
    survivor.value = reinterpret_cast<intptr_t>(deep);
  };
  EXPECT_EQ(Run(3, [] {}, call), 0);
}

// More pages than are kept hot, in runs too short to be given back, and different ones in each call.
TEST_P(RewinderTest, BringsBackMorePagesThanItKeepsHot) {
  static char* pages;
  constexpr size_t kPages = 6000;
  const auto load = [] {
    pages = static_cast<char*>(aligned_alloc(kPageBytes, kPages * kPageBytes));
    for (size_t i = 0; i < kPages; ++i) pages[i * kPageBytes] = static_cast<char>(i % 100 + 1);
  };
  const auto call = [](Rewinder&, Survivor& survivor) {
    for (size_t i = static_cast<size_t>(survivor.calls) % 3; i < kPages; i += 2) {
      CHILD_EXPECT(pages[i * kPageBytes] == static_cast<char>(i % 100 + 1));
      pages[i * kPageBytes] = 0;
    }
  };
  EXPECT_EQ(Run(10, load, call), 0);
}

// A page that one call in hundreds writes to cools down in between.
TEST_P(RewinderTest, BringsAPageBackThatHasCooledDown) {
  static char* page;
  const auto load = [] {
    page = static_cast<char*>(aligned_alloc(kPageBytes, kPageBytes));
    memset(page, 5, kPageBytes);
  };
  const auto call = [](Rewinder&, Survivor& survivor) {
    CHILD_EXPECT(page[100] == 5);
    if (survivor.calls % 100 == 0) page[100] = 6;
  };
  EXPECT_EQ(Run(350, load, call), 0);
}

TEST_P(RewinderTest, TellsWhatItCost) {
  const auto call = [](Rewinder& rewinder, Survivor& survivor) {
    const RewindCost cost = rewinder.cost();
    if (survivor.calls == 0) CHILD_EXPECT(cost.time == absl::ZeroDuration() && cost.pages == 0);
    if (survivor.calls > 0) CHILD_EXPECT(cost.time > absl::ZeroDuration() && cost.pages > 0);
    global_number = 1;
  };
  EXPECT_EQ(Run(5, [] {}, call), 0);
}

TEST_P(RewinderTest, TakesNoCheckpointOfTooManyMappings) {
  const auto load = [] {
    for (int i = 0; i < 8400; ++i) {
      mmap(nullptr, kPageBytes, i % 2 == 0 ? PROT_READ | PROT_WRITE : PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    }
  };
  expect_error_ = "too many mappings";
  EXPECT_EQ(Run(1, load, [](Rewinder&, Survivor&) {}, false), 0);
}

TEST_P(RewinderTest, TakesNoCheckpointOfTooScatteredMemory) {
  static char* pages;
  constexpr size_t kRuns = 9000;
  constexpr size_t kStride = 6 * kPageBytes;
  const auto load = [] {
    pages = static_cast<char*>(malloc(kRuns * kStride));
    for (size_t i = 0; i < kRuns; ++i) pages[i * kStride] = 1;
  };
  expect_error_ = "the memory is too scattered";
  const auto call = [](Rewinder&, Survivor&) {
    for (size_t i = 0; i < kRuns; ++i) CHILD_EXPECT(pages[i * kStride] == 1);
  };
  EXPECT_EQ(Run(1, load, call, false), 0);
}

constexpr Case kProtectedCase[] = {{RewindWay::kUserfaultfd, false}};

INSTANTIATE_TEST_SUITE_P(Protected, RewinderTest, testing::ValuesIn(kProtectedCase), CaseName);
INSTANTIATE_TEST_SUITE_P(Ways, RewinderTest, testing::ValuesIn(kHostileCases), CaseName);

}  // namespace
}  // namespace mayfly::runtime
