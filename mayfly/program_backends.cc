#include "mayfly/program_backends.h"

#include "clients/cpp/grpc_backend.h"
#include "mayfly/examine.h"
#include "mayfly/local_planes.h"
#include "mayfly/owning_backend.h"
#include "mayfly/worker_binaries.h"

namespace mayfly {

absl::StatusOr<std::unique_ptr<client::Backend>> ProgramBackends::OpenPlanes(const std::string& data_dir) {
  absl::StatusOr<PlanesOptions> options = LocalPlanes("", isolation_);
  if (!options.ok()) return options.status();
  options->data_dir = data_dir;
  return OpenPlanesBackend(*options);
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
