#include "mayfly/program_backends.h"

#include <utility>

#include "clients/cpp/grpc_backend.h"
#include "dataplane/pool_limits.h"
#include "mayfly/choose_isolation.h"
#include "mayfly/choose_sandbox.h"
#include "mayfly/examine.h"
#include "mayfly/owning_backend.h"
#include "mayfly/worker_binaries.h"

namespace mayfly {

absl::StatusOr<std::unique_ptr<client::Backend>> ProgramBackends::OpenPlanes(const std::string& data_dir) {
  const absl::StatusOr<WorkerBinaries> binaries = FindWorkerBinaries("", OwnExecutable());
  if (!binaries.ok()) return binaries.status();
  absl::StatusOr<dataplane::Isolation> isolation = ChooseIsolation(isolation_);
  if (!isolation.ok()) return isolation.status();
  const absl::StatusOr<SandboxChoice> sandbox = ChooseSandbox(isolation_.sandbox);
  if (!sandbox.ok()) return sandbox.status();
  PlanesOptions options{.data_dir = data_dir, .data_plane = {}};
  options.data_plane.workers = {
      .js_binary = binaries->js, .python_binary = binaries->python, .sandbox = sandbox->parts};
  options.data_plane.limits = dataplane::DefaultPoolLimits(dataplane::ProbeMachine(""));
  options.data_plane.isolation = *std::move(isolation);
  return OpenPlanesBackend(options);
}

std::unique_ptr<client::Backend> ProgramBackends::OverGrpc(const std::string& address, const std::string& token) {
  return client::ConnectGrpc({.address = address, .token = token});
}

absl::StatusOr<std::unique_ptr<client::Backend>> ProgramBackends::OverStore(const std::string& data_dir) {
  return OpenPlanes(data_dir);
}

absl::StatusOr<std::unique_ptr<client::Backend>> ProgramBackends::InMemory() { return OpenPlanes(kInMemory); }

std::vector<cli::Finding> ProgramBackends::Examine() { return ExamineMachine(OwnExecutable(), isolation_); }

}  // namespace mayfly
