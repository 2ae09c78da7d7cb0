#include "runtime/rewind/process_memory.h"

#include <linux/rseq.h>
#include <malloc.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace mayfly::runtime {
namespace {

// The break grows by at least this, so that few calls move it.
constexpr int kTopPadBytes = 4 << 20;

// Enough for malloc to look through all that was freed, small pieces too (FASTBIN_CONSOLIDATION_THRESHOLD, 64 KiB).
constexpr size_t kLargeAllocationBytes = 128 << 10;

// The sizes of which malloc keeps pieces in the thread's cache (glibc: 16 bytes apart), and how many of each.
constexpr size_t kCachedBytesMin = 24;
constexpr size_t kCachedBytesMax = 1032;
constexpr size_t kCachedBytesStep = 16;
constexpr size_t kCachedPieces = 16;

// Larger pieces are needed by the twos and threes, and so many of all sizes would be half a megabyte of each worker.
constexpr size_t kOftenUsedBytesMax = 136;
constexpr size_t kLargerPieces = 2;

void AllocateAndFree(size_t bytes, size_t count) {
  void* volatile pieces[kCachedPieces];  // volatile: they may not be left out
  for (size_t i = 0; i < count; ++i) pieces[i] = malloc(bytes);
  for (size_t i = count; i > 0; --i) free(pieces[i - 1]);
}

// glibc shares a struct with the kernel (rseq(2)), which notes in it, at any time, which CPU the thread is on: memory
// that changes by itself can't be taken back. Without it sched_getcpu() asks the kernel.
void LeaveRseq() {
  if (__rseq_size == 0) return;
  rseq* const area = reinterpret_cast<rseq*>(static_cast<char*>(__builtin_thread_pointer()) + __rseq_offset);
  // It was registered with at least this size.
  constexpr unsigned kRegisteredBytes = 32;
  if (syscall(SYS_rseq, area, kRegisteredBytes, RSEQ_FLAG_UNREGISTER, RSEQ_SIG) != 0) return;
  area->cpu_id = static_cast<uint32_t>(RSEQ_CPU_ID_REGISTRATION_FAILED);
}

}  // namespace

void ConfigureProcessMemory() {
  mallopt(M_MMAP_MAX, 0);
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_TRIM_THRESHOLD, 2'000'000'000);
  mallopt(M_TOP_PAD, kTopPadBytes);
  prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0);
  LeaveRseq();
}

void SettleFreedMemory() {
  AllocateAndFree(kLargeAllocationBytes, 1);
  for (size_t bytes = kCachedBytesMin; bytes <= kCachedBytesMax; bytes += kCachedBytesStep) {
    AllocateAndFree(bytes, bytes <= kOftenUsedBytesMax ? kCachedPieces : kLargerPieces);
  }
}

}  // namespace mayfly::runtime
