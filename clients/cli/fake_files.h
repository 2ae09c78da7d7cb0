// Files in memory, for tests.
#ifndef MAYFLY_CLIENTS_CLI_FAKE_FILES_H_
#define MAYFLY_CLIENTS_CLI_FAKE_FILES_H_

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "clients/cli/files.h"

namespace mayfly::cli {

class FakeFiles final : public Files {
 public:
  explicit FakeFiles(std::map<std::string, std::string> files) : files_(std::move(files)) {}

  absl::StatusOr<std::string> Read(const std::string& path, size_t bytes_max) const override {
    const auto found = files_.find(path);
    if (found == files_.end()) return absl::NotFoundError("can't read " + path + ": No such file or directory");
    return found->second;
  }

  bool IsFolder(const std::string& path) const override { return !List(path).empty(); }

  std::vector<std::string> List(const std::string& path) const override {
    std::vector<std::string> names;
    for (const auto& [file, content] : files_) {
      if (!file.starts_with(path + "/")) continue;
      const std::string rest = file.substr(path.size() + 1);
      const std::string name = rest.substr(0, rest.find('/'));
      if (names.empty() || names.back() != name) names.push_back(name);
    }
    return names;
  }

 private:
  const std::map<std::string, std::string> files_;
};

}  // namespace mayfly::cli

#endif  // MAYFLY_CLIENTS_CLI_FAKE_FILES_H_
