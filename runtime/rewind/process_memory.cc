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

// The sizes of which calls use many pieces, and how many of each malloc keeps in the thread's cache (glibc). A few of
// the other 61 sizes too would be 1.4 MB of a Python worker: the pieces lie scattered, and each page is stored once
// more.
constexpr size_t kOftenUsedBytes[] = {24, 40, 56};
constexpr size_t kCachedPieces = 16;

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
  for (const size_t bytes : kOftenUsedBytes) AllocateAndFree(bytes, kCachedPieces);
}

}  // namespace mayfly::runtime
