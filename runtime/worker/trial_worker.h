// A worker of the test's own process, as a zygote would fork it, driven by hand.
#ifndef MAYFLY_RUNTIME_WORKER_TRIAL_WORKER_H_
#define MAYFLY_RUNTIME_WORKER_TRIAL_WORKER_H_

#include <optional>
#include <string>
#include <vector>

#include "runtime/channel/messages.h"
#include "runtime/engine/engine.h"
#include "runtime/sandbox/sandbox.h"
#include "runtime/worker/worker_loop.h"

namespace mayfly::runtime {

struct TrialCall {
  // One JSON text. These are not for the guest: "native abort" aborts as our own code does when it finds itself wrong,
  // "native broken heap" frees a block twice, "native clock" makes the call that the vDSO makes where it can't read the
  // clock.
  std::string event;
  std::string result;  // what the call returns; else "outcome type: message"; with "\nand no more" if it is the last
};

struct TrialGuest {
  std::string name;
  LoadRequest function;
  std::vector<TrialCall> calls;

  // What happens to the worker from outside.
  enum class Disturbance {
    kNone,
    kStops,     // it is stopped and let go, time and again, while it runs each call
    kCrash,     // before its first call it gets a SIGSEGV, stops for a debugger, and is let go
    kNonsense,  // after its calls it gets a message that no host sends
  } disturbance = Disturbance::kNone;

  bool under_fresh = true;      // else under rewind alone, where calls cost less
  std::string says = {};        // on stderr
  std::string end = "exit 89";  // when the host closes the channel: exit_codes.h
};

// Forks a worker, locks it by `sandbox`, and has it do what the guest is for. Returns what came of it, line by line:
// the load, each call's result, what it wrote to stderr, and how the process ended.
std::vector<std::string> TryGuest(EngineBoot& boot, const Sandbox& sandbox, const std::optional<WorkerRewind>& rewind,
                                  const TrialGuest& guest);

// What should come of it.
std::vector<std::string> ExpectedOf(const TrialGuest& guest);

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_WORKER_TRIAL_WORKER_H_
