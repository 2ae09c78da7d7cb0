// What an operator says about how workers are locked in.
#ifndef MAYFLY_MAYFLY_SANDBOX_OPTIONS_H_
#define MAYFLY_MAYFLY_SANDBOX_OPTIONS_H_

#include <optional>

#include "runtime/sandbox/sandbox.h"

namespace mayfly {

// Whether each worker gets a control group of its own, which is beside the levels: few machines let a program make any.
enum class CgroupUse {
  kAuto,     // where that works
  kOff,      // not
  kRequire,  // nothing is started without both of a group's limits: memory and processes
};

struct SandboxOptions {
  std::optional<runtime::SandboxLevel> level;                   // --sandbox; empty: the strongest that works
  runtime::SandboxLevel min = runtime::SandboxLevel::kSeccomp;  // --min-sandbox

  CgroupUse cgroup = CgroupUse::kAuto;  // --cgroup

  // --keep-crashed-worker: no namespaces, so that a debugger finds the program's files where the worker has them.
  bool debug = false;
};

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_SANDBOX_OPTIONS_H_
