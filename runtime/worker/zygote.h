// A zygote: a process with a booted engine and no guest code, from which workers are forked.
#ifndef MAYFLY_RUNTIME_WORKER_ZYGOTE_H_
#define MAYFLY_RUNTIME_WORKER_ZYGOTE_H_

#include <memory>

#include "absl/functional/function_ref.h"
#include "absl/status/statusor.h"
#include "runtime/channel/messages.h"
#include "runtime/engine/engine.h"
#include "runtime/worker/zygote_options.h"

namespace mayfly::runtime {

// The host starts a zygote with these descriptors, an environment of TZ and LANG alone, and "/" as its working folder:
//   0, 1  /dev/null
//   2     a pipe that the host drains and logs; it does not block a writer, and what does not fit is lost
//   3     a SOCK_SEQPACKET socket (zygote_protocol.h)
inline constexpr int kZygoteControlFd = 3;

// The main of a language's binary: boots the engine by `make_boot`, serves forks until the host closes its end, then
// ends the workers that are left, reaps them and returns the process's exit code. The process has one thread, and must
// have no other. In each forked worker this function does not return: the worker ends by _exit, so that neither atexit
// handlers nor destructors of the zygote run in it. The arguments are those of zygote_arguments.h.
//
//   int main(int argc, char** argv) {
//     return ZygoteMain(Language::kJs, argc, argv, [](const ZygoteOptions&) { return std::make_unique<V8Boot>(...); });
//   }
int ZygoteMain(Language language, int argc, char** argv,
               absl::FunctionRef<absl::StatusOr<std::unique_ptr<EngineBoot>>(const ZygoteOptions&)> make_boot);

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_WORKER_ZYGOTE_H_
