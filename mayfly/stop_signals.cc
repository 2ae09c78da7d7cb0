#include "mayfly/stop_signals.h"

#include <signal.h>
#include <unistd.h>

namespace mayfly {
namespace {

sigset_t Both() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGTERM);
  sigaddset(&signals, SIGINT);
  return signals;
}

extern "C" void ExitAtOnce(int signal) { _exit(128 + signal); }

}  // namespace

StopSignals::StopSignals() {
  const sigset_t signals = Both();
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

void StopSignals::Await() {
  const sigset_t signals = Both();
  int received = 0;
  sigwait(&signals, &received);
  struct sigaction action = {};
  action.sa_handler = ExitAtOnce;
  sigaction(SIGTERM, &action, nullptr);
  sigaction(SIGINT, &action, nullptr);
  pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
}

}  // namespace mayfly
