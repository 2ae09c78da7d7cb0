#include "runtime/rewind/process_memory.h"

#include <linux/rseq.h>
#include <malloc.h>
#include <sys/prctl.h>
#include <sys/rseq.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace mayfly::runtime {
namespace {

// The break grows by at least this, so that few calls move it.
constexpr int kTopPadBytes = 4 << 20;

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

}  // namespace mayfly::runtime
