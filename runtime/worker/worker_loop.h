// The life of a worker's process, from its fork to its end.
#ifndef MAYFLY_RUNTIME_WORKER_WORKER_LOOP_H_
#define MAYFLY_RUNTIME_WORKER_WORKER_LOOP_H_

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "base/unique_fd.h"
#include "runtime/engine/engine.h"
#include "runtime/rewind/rewind_way.h"
#include "runtime/rewind/zygote_image.h"
#include "runtime/sandbox/sandbox.h"

namespace mayfly::runtime {

// What the zygote gives a worker.
struct WorkerSetup {
  UniqueFd channel_socket;
  UniqueFd channel_memory;
  int64_t memory_limit_bytes = 0;
  bool keep_crashed = false;
  pid_t zygote_pid = 0;
};

// How a worker comes back to where it was before a call; none: by Engine::Prepare.
struct WorkerRewind {
  RewindWay way;
  bool verify;               // RewinderOptions::verify
  bool guest_calls;          // RewinderOptions::guest_calls
  const ZygoteImage* image;  // not owned
};

// Runs in the forked process, after EngineBoot::AfterForkInChild: closes what it inherited, makes the engine, locks the
// sandbox when the host says so, and answers the host until it closes its end. Ends the process with one of
// exit_codes.h.
[[noreturn]] void RunWorker(EngineBoot& boot, const Sandbox& sandbox, WorkerSetup setup,
                            const std::optional<WorkerRewind>& rewind);

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_WORKER_WORKER_LOOP_H_
