// What keeps the workers of a data plane from each other's calls, and from the machine.
#ifndef MAYFLY_MAYFLY_WORKER_CONTAINMENT_H_
#define MAYFLY_MAYFLY_WORKER_CONTAINMENT_H_

#include "dataplane/isolation.h"
#include "mayfly/choose_sandbox.h"

namespace mayfly {

// The same for a data plane's whole life.
struct WorkerContainment {
  dataplane::Isolation isolation;
  SandboxChoice sandbox;
};

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_WORKER_CONTAINMENT_H_
