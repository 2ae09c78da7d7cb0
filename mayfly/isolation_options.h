// What an operator says about how calls are kept apart.
#ifndef MAYFLY_MAYFLY_ISOLATION_OPTIONS_H_
#define MAYFLY_MAYFLY_ISOLATION_OPTIONS_H_

#include <optional>

#include "mayfly/sandbox_options.h"
#include "runtime/rewind/rewind_way.h"

namespace mayfly {

enum class IsolationStrategy {
  kAuto,    // rewind where a way of it works, else fresh
  kRewind,  // after each call the worker's memory goes back to its checkpoint
  kFresh,   // each call gets a new V8 context or sub-interpreter
};

struct IsolationOptions {
  IsolationStrategy strategy = IsolationStrategy::kAuto;  // --isolation
  std::optional<runtime::RewindWay> rewind;               // --rewind; empty: the best that works

  // --verify-rewind: after each rewind the worker compares every page and all else with its checkpoint, and ends if
  // anything differs. Takes milliseconds.
  bool verify = false;

  SandboxOptions sandbox;
};

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_ISOLATION_OPTIONS_H_
