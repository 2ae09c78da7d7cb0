// What host and zygote say to each other: fixed structures in packets of a SOCK_SEQPACKET socket, both ends built
// together.
#ifndef MAYFLY_RUNTIME_CHANNEL_ZYGOTE_PROTOCOL_H_
#define MAYFLY_RUNTIME_CHANNEL_ZYGOTE_PROTOCOL_H_

#include <cstdint>

namespace mayfly::runtime {

enum class ForkKind : uint32_t {
  // A worker. By SCM_RIGHTS: its end of its channel, the channel's memory, and the folder of the control group in which
  // it is born, if it gets one of its own.
  kWorker = 1,
  // A copy of the zygote itself, which becomes a child of the host and not of the zygote. By SCM_RIGHTS: its end of a
  // control socket of its own, on which it says kReady, and serves as the zygote does.
  kStandby = 2,
};

// Host → zygote: fork. Fields that a kind does not name are 0.
struct ForkRequest {
  uint64_t id;  // the host's own; comes back in the report
  ForkKind kind;
  uint32_t keep_crashed;       // kWorker; 1: if it crashes it stops instead of ending, for a debugger
  int64_t memory_limit_bytes;  // kWorker
};

enum class ZygoteReportType : uint32_t {
  kReady = 1,       // once: the engine has booted
  kForked = 2,      // id, pid; with it, by SCM_RIGHTS, a worker's pidfd
  kForkFailed = 3,  // id, error
  kExited = 4,      // pid, status, exit_code, cpu_nanos, peak_memory_kib
  kStopped = 5,     // pid, status: a crashed worker that is kept
};

// Zygote → host. Fields that a type does not name are 0.
struct ZygoteReport {
  ZygoteReportType type;
  int32_t pid;
  uint64_t id;
  int32_t error;      // an errno
  int32_t exit_code;  // siginfo_t.si_code: CLD_EXITED, CLD_KILLED, CLD_DUMPED, CLD_STOPPED
  int32_t status;     // siginfo_t.si_status: an exit code, or a signal
  int32_t reserved;
  int64_t cpu_nanos;        // of the worker's whole life
  int64_t peak_memory_kib;  // since its high-water mark was last reset
};

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_CHANNEL_ZYGOTE_PROTOCOL_H_
