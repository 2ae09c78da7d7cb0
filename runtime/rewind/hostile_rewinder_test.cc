// What guests that make system calls can't keep, or have their worker ended for: see rewinder_fixture.h.
#include "runtime/rewind/rewinder.h"

#include <errno.h>
#include <fcntl.h>
#include <gtest/gtest.h>
#include <malloc.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "runtime/rewind/page.h"
#include "runtime/rewind/rewinder_fixture.h"

namespace mayfly::runtime {
namespace {

// A guest that makes system calls of its own.
class HostileRewinderTest : public RewinderTest {};

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

INSTANTIATE_TEST_SUITE_P(Ways, HostileRewinderTest, testing::ValuesIn(kHostileCases), CaseName);

}  // namespace
}  // namespace mayfly::runtime
