// What the command line is handed: gRPC, or the planes in this process.
#ifndef MAYFLY_MAYFLY_PROGRAM_BACKENDS_H_
#define MAYFLY_MAYFLY_PROGRAM_BACKENDS_H_

#include <memory>
#include <string>
#include <vector>

#include "clients/cli/backends.h"

namespace mayfly {

class ProgramBackends final : public cli::Backends {
 public:
  std::unique_ptr<client::Backend> OverGrpc(const std::string& address, const std::string& token) override;
  absl::StatusOr<std::unique_ptr<client::Backend>> OverStore(const std::string& data_dir) override;
  absl::StatusOr<std::unique_ptr<client::Backend>> InMemory() override;
  std::vector<cli::Finding> Examine() override;
};

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_PROGRAM_BACKENDS_H_
