#include "mayfly/mayfly.h"

#include <memory>
#include <utility>

#include "dataplane/pool_limits.h"
#include "mayfly/choose_isolation.h"
#include "mayfly/choose_sandbox.h"
#include "mayfly/owning_backend.h"
#include "mayfly/planes.h"
#include "mayfly/worker_binaries.h"

namespace mayfly {

absl::StatusOr<client::Client> Open(const Options& options) {
  const absl::StatusOr<WorkerBinaries> binaries = FindWorkerBinaries(options.worker_dir, OwnExecutable());
  if (!binaries.ok()) return binaries.status();
  absl::StatusOr<dataplane::Isolation> isolation = ChooseIsolation(options.isolation);
  if (!isolation.ok()) return isolation.status();
  const absl::StatusOr<SandboxChoice> sandbox = ChooseSandbox(options.isolation.sandbox);
  if (!sandbox.ok()) return sandbox.status();
  PlanesOptions planes;
  planes.data_plane.isolation = *std::move(isolation);
  if (!options.data_dir.empty()) planes.data_dir = options.data_dir;
  planes.data_plane.workers = {.js_binary = binaries->js, .python_binary = binaries->python, .sandbox = sandbox->parts};
  planes.data_plane.limits = dataplane::DefaultPoolLimits(dataplane::ProbeMachine(""));
  if (options.workers_max > 0) planes.data_plane.limits.workers_max = options.workers_max;
  absl::StatusOr<std::unique_ptr<client::Backend>> backend = OpenPlanesBackend(planes);
  if (!backend.ok()) return backend.status();
  return client::Client(*std::move(backend), {});
}

}  // namespace mayfly
