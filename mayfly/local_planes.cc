#include "mayfly/local_planes.h"

#include <utility>

#include "dataplane/pool_limits.h"
#include "mayfly/choose_isolation.h"
#include "mayfly/choose_sandbox.h"
#include "mayfly/worker_binaries.h"

namespace mayfly {

absl::StatusOr<PlanesOptions> LocalPlanes(const std::string& worker_dir, const IsolationOptions& isolation) {
  const absl::StatusOr<WorkerBinaries> binaries = FindWorkerBinaries(worker_dir, OwnExecutable());
  if (!binaries.ok()) return binaries.status();
  absl::StatusOr<dataplane::Isolation> kept_apart = ChooseIsolation(isolation);
  if (!kept_apart.ok()) return kept_apart.status();
  const absl::StatusOr<SandboxChoice> sandbox =
      PrepareSandbox(isolation.sandbox, dataplane::WorkerCgroups::Move::kRefused);
  if (!sandbox.ok()) return sandbox.status();
  PlanesOptions planes;
  planes.data_plane.isolation = *std::move(kept_apart);
  planes.data_plane.workers = {.js_binary = binaries->js,
                               .python_binary = binaries->python,
                               .sandbox = sandbox->parts,
                               .cgroups = sandbox->cgroups};
  planes.data_plane.limits = dataplane::DefaultPoolLimits(dataplane::ProbeMachine(""));
  return planes;
}

}  // namespace mayfly
