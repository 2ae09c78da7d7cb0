#include "mayfly/embedded_files.h"

#include "absl/strings/str_cat.h"

namespace mayfly {

absl::StatusOr<std::string> EmbeddedFiles::Read(const std::string& path, size_t bytes_max) const {
  for (const auto& [name, content] : files_) {
    if (name == path && content.size() <= bytes_max) return std::string(content);
  }
  return absl::NotFoundError(absl::StrCat(path, " is not part of this program"));
}

}  // namespace mayfly
