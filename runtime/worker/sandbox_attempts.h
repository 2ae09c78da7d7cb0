// What a hostile native guest would try, each with the answer that the sandbox has for it.
#ifndef MAYFLY_RUNTIME_WORKER_SANDBOX_ATTEMPTS_H_
#define MAYFLY_RUNTIME_WORKER_SANDBOX_ATTEMPTS_H_

#include <sys/types.h>

#include <span>

namespace mayfly::runtime {

// What of the machine there is to reach.
struct Targets {
  pid_t host = 0;         // the process that runs the workers
  int shared_memory = 0;  // a System V segment of the host's user, open to all
  int port = 0;           // where the host listens on TCP's loopback
};

struct Attempt {
  const char* name;
  const char* answer;                   // "EPERM", …; "SIGSYS": the worker dies
  const char* answer_to_js;             // likewise; null: the same; "": JavaScript's engine may do this
  long (*act)(const Targets& targets);  // -1 and errno, as a system call; harmless where it is not denied
};

std::span<const Attempt> SandboxAttempts();

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_WORKER_SANDBOX_ATTEMPTS_H_
