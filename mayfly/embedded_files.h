// Files that are part of the program.
#ifndef MAYFLY_MAYFLY_EMBEDDED_FILES_H_
#define MAYFLY_MAYFLY_EMBEDDED_FILES_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "clients/cli/files.h"

namespace mayfly {

class EmbeddedFiles final : public cli::Files {
 public:
  // Paths and contents; outlive it.
  explicit EmbeddedFiles(const std::vector<std::pair<std::string_view, std::string_view>>& files) : files_(files) {}

  absl::StatusOr<std::string> Read(const std::string& path, size_t bytes_max) const override;
  bool IsFolder(const std::string& path) const override { return false; }
  std::vector<std::string> List(const std::string& path) const override { return {}; }

 private:
  const std::vector<std::pair<std::string_view, std::string_view>>& files_;
};

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_EMBEDDED_FILES_H_
