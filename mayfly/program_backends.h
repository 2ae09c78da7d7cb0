// What the command line is handed: gRPC, or the planes in this process.
#ifndef MAYFLY_MAYFLY_PROGRAM_BACKENDS_H_
#define MAYFLY_MAYFLY_PROGRAM_BACKENDS_H_

#include <memory>
#include <string>
#include <vector>

#include "clients/cli/backends.h"
#include "mayfly/isolation_options.h"

namespace mayfly {

// Not thread-safe.
class ProgramBackends final : public cli::Backends {
 public:
  // The options are read when they are needed, after the flags are parsed; they outlive this object.
  explicit ProgramBackends(const IsolationOptions& isolation) : isolation_(isolation) {}

  std::unique_ptr<client::Backend> OverGrpc(const std::string& address, const std::string& token) override;
  absl::StatusOr<std::unique_ptr<client::Backend>> OverStore(const std::string& data_dir) override;
  absl::StatusOr<std::unique_ptr<client::Backend>> InMemory() override;
  std::vector<cli::Finding> Examine() override;

 private:
  absl::StatusOr<std::unique_ptr<client::Backend>> OpenPlanes(const std::string& data_dir);

  const IsolationOptions& isolation_;
};

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_PROGRAM_BACKENDS_H_
