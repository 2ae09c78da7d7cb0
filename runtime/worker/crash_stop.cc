#include "runtime/worker/crash_stop.h"

#include <signal.h>
#include <unistd.h>

#include <initializer_list>

namespace mayfly::runtime {
namespace {

// Runs on the crashed stack, so it does nothing but stop. The handler is gone by then (SA_RESETHAND): when it returns,
// the instruction that faulted does so again, and abort() raises SIGABRT again.
void Stop(int) { kill(getpid(), SIGSTOP); }

}  // namespace

void StopOnCrash() {
  struct sigaction action = {};
  action.sa_handler = Stop;
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_NODEFER);
  for (const int signal : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT}) sigaction(signal, &action, nullptr);
}

}  // namespace mayfly::runtime
