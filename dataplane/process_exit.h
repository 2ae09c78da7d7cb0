// How a process ended.
#ifndef MAYFLY_DATAPLANE_PROCESS_EXIT_H_
#define MAYFLY_DATAPLANE_PROCESS_EXIT_H_

#include <cstdint>
#include <string>

#include "absl/time/time.h"

namespace mayfly::dataplane {

// As who reaped it saw it.
struct ProcessExit {
  int code = 0;    // siginfo_t.si_code: CLD_EXITED, CLD_KILLED, CLD_DUMPED
  int status = 0;  // an exit code, or a signal
  absl::Duration cpu_time;
  int64_t peak_memory_kib = 0;     // since its high-water mark was last reset
  bool ran_out_of_memory = false;  // the kernel ended it: its control group had used up its memory

  bool ExitedWith(int exit_code) const;

  // "exited with code 1", "was ended by SIGSEGV (Segmentation fault)".
  std::string ToString() const;
};

// "SIGSEGV (Segmentation fault)".
std::string DescribeSignal(int signal);

// Sends SIGKILL. A process that has ended is left alone.
void KillByPidfd(int pidfd);

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_PROCESS_EXIT_H_
