// A zygote: a process with a booted engine and no guest code, from which workers are forked.
#ifndef MAYFLY_RUNTIME_WORKER_ZYGOTE_H_
#define MAYFLY_RUNTIME_WORKER_ZYGOTE_H_

#include "runtime/engine/engine.h"
#include "runtime/worker/zygote_options.h"

namespace mayfly::runtime {

// The host starts a zygote with these descriptors, an environment of TZ and LANG alone, and "/" as its working folder:
//   0, 1  /dev/null
//   2     a pipe that the host drains and logs; it does not block a writer, and what does not fit is lost
//   3     a SOCK_SEQPACKET socket (zygote_protocol.h)
inline constexpr int kZygoteControlFd = 3;

// Serves forks until the host closes its end, then ends the workers that are left, reaps them and returns the process's
// exit code. `boot` has booted; the process has one thread, and must have no other. In each forked worker this function
// does not return: the worker ends by _exit, so that neither atexit handlers nor destructors of the zygote run in it.
//
//   int main() {
//     V8Boot boot(...);
//     return mayfly::runtime::ServeZygote(boot, {.language = Language::kJs});
//   }
int ServeZygote(EngineBoot& boot, const ZygoteOptions& options);

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_WORKER_ZYGOTE_H_
