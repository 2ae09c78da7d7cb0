// Files as a port, so that tests and the demo bring their own.
#ifndef MAYFLY_CLIENTS_CLI_FILES_H_
#define MAYFLY_CLIENTS_CLI_FILES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"

namespace mayfly::cli {

class Files {
 public:
  virtual ~Files() = default;

  // The whole file. Errors: NOT_FOUND, PERMISSION_DENIED, INVALID_ARGUMENT for what is no file or larger than
  // `bytes_max`.
  virtual absl::StatusOr<std::string> Read(const std::string& path, size_t bytes_max) const = 0;

  virtual bool IsFolder(const std::string& path) const = 0;

  // The names in a folder, sorted; empty if there is no such folder.
  virtual std::vector<std::string> List(const std::string& path) const = 0;
};

// The machine's own.
class SystemFiles final : public Files {
 public:
  absl::StatusOr<std::string> Read(const std::string& path, size_t bytes_max) const override;
  bool IsFolder(const std::string& path) const override;
  std::vector<std::string> List(const std::string& path) const override;
};

}  // namespace mayfly::cli

#endif  // MAYFLY_CLIENTS_CLI_FILES_H_
