// Each test runs in a process of its own, because a rewind takes all of a process back. Verification is on throughout:
// a page, mapping or descriptor that does not come back ends the process.
#include "runtime/rewind/rewinder.h"

#include <errno.h>
#include <fcntl.h>
#include <fenv.h>
#include <gtest/gtest.h>
#include <immintrin.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/random.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <fstream>
#include <functional>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "runtime/rewind/memory_region.h"
#include "runtime/rewind/page.h"
#include "runtime/rewind/process_memory.h"
#include "runtime/rewind/rewind_probe.h"
#include "runtime/rewind/rewind_way.h"
#include "runtime/rewind/zygote_image.h"

namespace mayfly::runtime {
namespace {

constexpr int kNotPristine = 70;
constexpr int kSetUpFailed = 71;
constexpr int kExpectationFailed = 72;

// What survives a rewind.
struct Survivor {
  int calls;
  int64_t value;
  int64_t values[64];
};

#define CHILD_EXPECT(condition)                                      \
  do {                                                               \
    if (!(condition)) {                                              \
      dprintf(STDERR_FILENO, "line %d: %s\n", __LINE__, #condition); \
      _exit(kExpectationFailed);                                     \
    }                                                                \
  } while (false)

// In a file, as a worker's channel is: memory shared without one is the guest's own.
Survivor& NewSurvivor() {
  const int fd = memfd_create("survivor", MFD_CLOEXEC);
  if (fd < 0 || ftruncate(fd, sizeof(Survivor)) != 0) _exit(kSetUpFailed);
  void* const memory = mmap(nullptr, sizeof(Survivor), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  close(fd);
  return *static_cast<Survivor*>(memory);
}

void* MapPage() {
  void* const page = mmap(nullptr, kPageBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  *static_cast<char*>(page) = 1;
  return page;
}

// /proc/self/pagemap is for root and for dumpable processes alone.
void LoseThePageMap() {
  if (getuid() == 0 && setuid(65534) != 0) _exit(kSetUpFailed);
  prctl(PR_SET_DUMPABLE, 0);
  CHILD_EXPECT(open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC) < 0);
}

struct Case {
  RewindWay way;
  bool guest_calls;
};

class RewinderTest : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    for (const RewindProbe& probe : ProbeRewindWays()) {
      if (probe.way == GetParam().way && !probe.status.ok()) GTEST_SKIP() << probe.status;
    }
  }

  // What the zygote does, before its image is taken; and what the worker does between asking whether it can rewind and
  // doing so.
  std::function<void()> boot_ = [] {};
  std::function<void()> reply_ = [] {};

  // Why the checkpoint can't be taken, if it can't.
  std::string expect_error_;

  // In a worker's life: `load` before the checkpoint, then `call` with its number, from 0 on, and a rewind after each,
  // until `calls` were made. The exit code.
  int Run(int calls, const std::function<void()>& load, const std::function<void(Rewinder&, Survivor&)>& call,
          bool expect_can_rewind = true) {
    const pid_t pid = fork();
    if (pid == 0) {
      Child(calls, load, call, expect_can_rewind);
      _exit(kSetUpFailed);
    }
    int status = 0;
    waitpid(pid, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
  }

 private:
  void Child(int calls, const std::function<void()>& load, const std::function<void(Rewinder&, Survivor&)>& call,
             bool expect_can_rewind) {
    close_range(STDERR_FILENO + 1, ~0U, 0);  // as a worker does
    ConfigureProcessMemory();
    // The one way that does without.
    if (GetParam().way == RewindWay::kDontNeed) LoseThePageMap();
    Survivor& survivor = NewSurvivor();
    boot_();
    const absl::StatusOr<ZygoteImage> image = ZygoteImage::Take();
    if (!image.ok()) _exit(kSetUpFailed);
    const absl::StatusOr<Rewinder*> rewinder = Rewinder::Create(*image, {.way = GetParam().way,
                                                                         .verify = true,
                                                                         .idle_calls_max = 64,
                                                                         .guest_calls = GetParam().guest_calls,
                                                                         .exit_code = kNotPristine});
    if (!rewinder.ok()) _exit(kSetUpFailed);
    load();
    const Rewinder::Resumed resumed = (*rewinder)->Checkpoint();
    const char* const error = resumed == Rewinder::Resumed::kFailed ? (*rewinder)->error() : nullptr;
    CHILD_EXPECT(std::string(error == nullptr ? "" : error) == expect_error_);
    CHILD_EXPECT(error != nullptr || (resumed == Rewinder::Resumed::kTaken) == (survivor.calls == 0));
    if (survivor.calls == calls) _exit(0);
    call(**rewinder, survivor);
    ++survivor.calls;
    CHILD_EXPECT((*rewinder)->CanRewind() == expect_can_rewind);
    if (!expect_can_rewind) _exit(0);
    reply_();
    (*rewinder)->Rewind();
  }
};

// A guest that makes system calls of its own.
class HostileRewinderTest : public RewinderTest {};

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

TEST_P(HostileRewinderTest, KnowsBeforehandThatAMappingOfTheFunctionMayHaveBeenReplaced) {
  static void* page;
  const auto load = [] { page = MapPage(); };
  const auto call = [](Rewinder&, Survivor&) {
    munmap(page, kPageBytes);
    CHILD_EXPECT(MapPage() == page);
  };
  EXPECT_EQ(Run(1, load, call, false), 0);
}

TEST_P(HostileRewinderTest, KnowsBeforehandThatASignalIsPending) {
  const auto load = [] {
    sigset_t mask;
    sigemptyset(&mask);
    sigaddset(&mask, SIGUSR1);
    sigprocmask(SIG_SETMASK, &mask, nullptr);
  };
  EXPECT_EQ(Run(1, load, [](Rewinder&, Survivor&) { raise(SIGUSR1); }, false), 0);
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

TEST_P(HostileRewinderTest, KnowsBeforehandThatADescriptorOfTheFunctionItselfMayHaveChanged) {
  const auto load = [] {
    int ends[2];
    if (pipe(ends) != 0) _exit(kSetUpFailed);
  };
  EXPECT_EQ(Run(1, load, [](Rewinder&, Survivor&) {}, false), 0);
}

TEST_P(HostileRewinderTest, KnowsBeforehandThatMemoryTheFunctionSharesMayHaveChanged) {
  const auto load = [] { mmap(nullptr, kPageBytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0); };
  EXPECT_EQ(Run(1, load, [](Rewinder&, Survivor&) {}, false), 0);
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

TEST_P(HostileRewinderTest, BringsTheSignalStackBack) {
  const auto call = [](Rewinder&, Survivor&) {
    static char memory[65536];
    stack_t stack = {};
    CHILD_EXPECT(sigaltstack(nullptr, &stack) == 0 && stack.ss_flags == SS_DISABLE);
    stack = {.ss_sp = memory, .ss_flags = 0, .ss_size = sizeof(memory)};
    CHILD_EXPECT(sigaltstack(&stack, nullptr) == 0);
  };
  EXPECT_EQ(Run(3, [] {}, call), 0);
}

TEST_P(HostileRewinderTest, BringsThePlacesInItsOwnFilesBack) {
  const auto call = [](Rewinder&, Survivor&) {
    int files = 0;
    for (int fd = 3; fd < 16; ++fd) {
      const off_t place = lseek(fd, 0, SEEK_CUR);
      CHILD_EXPECT(place <= 0);
      if (place == 0 && lseek(fd, 16, SEEK_SET) == 16) ++files;
    }
    CHILD_EXPECT(files >= 2);
  };
  EXPECT_EQ(Run(3, [] {}, call), 0);
}

TEST_P(HostileRewinderTest, BringsBackWhatTheKernelWasToldToDrop) {
  static char* pages;
  const auto load = [] {
    pages = static_cast<char*>(aligned_alloc(kPageBytes, 8 * kPageBytes));
    memset(pages, 5, 8 * kPageBytes);
  };
  const auto call = [](Rewinder&, Survivor&) {
    for (size_t i = 0; i < 8; ++i) CHILD_EXPECT(pages[i * kPageBytes] == 5);
    CHILD_EXPECT(madvise(pages, 8 * kPageBytes, MADV_DONTNEED) == 0);
  };
  EXPECT_EQ(Run(5, load, call), 0);
}

TEST_P(HostileRewinderTest, WhatIsMappedAtTheCheckpointStaysAsItIs) {
  if (syscall(SYS_mseal, 0, 0, 0) != 0) GTEST_SKIP() << "this kernel has no mseal";
  static char* pages;
  boot_ = [] { pages = static_cast<char*>(MapPage()); };
  const auto call = [](Rewinder&, Survivor&) {
    CHILD_EXPECT(pages[0] == 1);
    CHILD_EXPECT(munmap(pages, kPageBytes) == -1 && errno == EPERM);
    CHILD_EXPECT(mprotect(pages, kPageBytes, PROT_READ) == -1 && errno == EPERM);
    CHILD_EXPECT(mremap(pages, kPageBytes, 2 * kPageBytes, MREMAP_MAYMOVE) == MAP_FAILED && errno == EPERM);
    CHILD_EXPECT(mmap(pages, kPageBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) ==
                 MAP_FAILED);
    const long end = syscall(SYS_brk, 0);
    CHILD_EXPECT(syscall(SYS_brk, end - static_cast<long>(kPageBytes)) == end);
    char* const text = reinterpret_cast<char*>(reinterpret_cast<uintptr_t>(&MapPage) / kPageBytes * kPageBytes);
    CHILD_EXPECT(mprotect(text, kPageBytes, PROT_READ | PROT_WRITE | PROT_EXEC) == -1);
    pages[0] = 2;
  };
  EXPECT_EQ(Run(3, [] {}, call), 0);
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

std::string Name(const testing::TestParamInfo<Case>& info) {
  std::string name(RewindWayName(info.param.way));
  std::erase(name, '-');
  return name + (info.param.guest_calls ? "" : "Protected");
}

constexpr Case kCases[] = {{RewindWay::kUserfaultfd, false},
                           {RewindWay::kUserfaultfd, true},
                           {RewindWay::kPagemapScan, true},
                           {RewindWay::kPagemap, true},
                           {RewindWay::kDontNeed, true}};

INSTANTIATE_TEST_SUITE_P(Ways, RewinderTest, testing::ValuesIn(kCases), Name);
INSTANTIATE_TEST_SUITE_P(Ways, HostileRewinderTest, testing::ValuesIn(kCases + 1, kCases + std::size(kCases)), Name);

}  // namespace
}  // namespace mayfly::runtime
