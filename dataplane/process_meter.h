// What a process uses.
#ifndef MAYFLY_DATAPLANE_PROCESS_METER_H_
#define MAYFLY_DATAPLANE_PROCESS_METER_H_

#include <sys/types.h>
#include <time.h>

#include <cstdint>

#include "absl/time/time.h"
#include "base/unique_fd.h"
#include "dataplane/process_exit.h"
#include "dataplane/worker.h"

namespace mayfly::dataplane {

// Measures one worker, load by load and call by call, with the kernel's figures: a guest can't change them. Its files
// in /proc are opened at once, because they become root's when the worker makes itself undumpable. Where the kernel
// does not let the high-water mark be reset (gVisor), the peak is that of the worker's life.
//
// The kernel tells the high-water mark in /proc/<pid>/status alone, which costs 4 us to read. After less than
// 300 us of CPU time the resident size of now is taken instead (statm), read anew for one in 16 such calls in a row, as
// that costs a microsecond too: what a call can have faulted in meanwhile is some MiB. For the same reason the mark is
// reset only after a call that took longer. Not thread-safe.
class ProcessMeter {
 public:
  explicit ProcessMeter(pid_t pid);

  // Begins to measure. The process is idle.
  void Begin();

  // Since Begin. The process is alive, and may be running: the kernel then adds to its time at each tick.
  absl::Duration CpuTimeSinceBegin() const;

  // Since Begin. The process is alive and idle.
  WorkerUsage Read();

  // Since Begin, of a process that has ended.
  WorkerUsage Read(const ProcessExit& exit) const;

 private:
  absl::Duration CpuTime() const;
  int64_t PeakKib() const;
  int64_t ResidentKib();

  clockid_t cpu_clock_ = 0;
  bool has_cpu_clock_ = false;
  uint32_t resident_age_ = 0;  // calls since the resident size was read
  int64_t resident_kib_ = 0;
  bool peak_is_old_ = true;  // the high-water mark may be that of a call before
  UniqueFd clear_refs_;
  UniqueFd status_;
  UniqueFd statm_;
  absl::Duration cpu_at_begin_;
};

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_PROCESS_METER_H_
