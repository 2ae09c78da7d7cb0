#include "clients/cli/files.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <system_error>

#include "absl/strings/str_cat.h"

namespace mayfly::cli {
namespace {

absl::Status TooLarge(const std::string& path, size_t bytes_max) {
  return absl::InvalidArgumentError(absl::StrCat(path, " is larger than ", bytes_max, " bytes"));
}

}  // namespace

absl::StatusOr<std::string> SystemFiles::Read(const std::string& path, size_t bytes_max) const {
  if (IsFolder(path)) return absl::InvalidArgumentError(absl::StrCat(path, " is a folder"));
  errno = 0;
  std::ifstream file(path, std::ios::binary);
  if (!file) {
    return absl::ErrnoToStatus(errno == 0 ? ENOENT : errno, absl::StrCat("can't read ", path));
  }
  // One byte more than allowed tells a file that is too large, of whatever kind, without reading it all.
  std::string content(bytes_max + 1, '\0');
  file.read(content.data(), static_cast<std::streamsize>(content.size()));
  const auto size = static_cast<size_t>(file.gcount());
  if (size > bytes_max) return TooLarge(path, bytes_max);
  content.resize(size);
  return content;
}

bool SystemFiles::IsFolder(const std::string& path) const {
  std::error_code ignored;
  return std::filesystem::is_directory(path, ignored);
}

std::vector<std::string> SystemFiles::List(const std::string& path) const {
  std::vector<std::string> names;
  std::error_code error;
  for (std::filesystem::directory_iterator entry(path, error), end; !error && entry != end; entry.increment(error)) {
    names.push_back(entry->path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

}  // namespace mayfly::cli
