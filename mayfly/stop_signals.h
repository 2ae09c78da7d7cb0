// SIGTERM and SIGINT, as a program that drains wants them.
#ifndef MAYFLY_MAYFLY_STOP_SIGNALS_H_
#define MAYFLY_MAYFLY_STOP_SIGNALS_H_

namespace mayfly {

// From its construction on the two signals no longer end the process. Make it before any other thread, so that all
// threads inherit that.
class StopSignals {
 public:
  StopSignals();

  // Waits for one of them. From then on another one ends the process at once, with the exit code that a shell gives it.
  // Called once.
  void Await();
};

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_STOP_SIGNALS_H_
