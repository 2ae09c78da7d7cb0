#include "mayfly/worker_binaries.h"

#include <unistd.h>

#include <filesystem>
#include <system_error>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/error.h"
#include "base/reason.h"

namespace mayfly {
namespace {

using std::filesystem::path;

absl::StatusOr<std::string> Find(const std::string& name, const std::vector<path>& folders) {
  for (const path& folder : folders) {
    std::error_code ignored;
    const path candidate = std::filesystem::absolute(folder / name, ignored).lexically_normal();
    if (access(candidate.c_str(), X_OK) == 0) return candidate.string();
  }
  return MakeError(absl::StatusCode::kFailedPrecondition, reason::kInternal,
                   absl::StrCat(name, " is not in ",
                                absl::StrJoin(folders, ", ",
                                              [](std::string* out, const path& folder) {
                                                out->append(folder.lexically_normal().string());
                                              }),
                                "; name its folder with --worker-dir"));
}

}  // namespace

absl::StatusOr<WorkerBinaries> FindWorkerBinaries(const std::string& worker_dir, const std::string& executable) {
  const path beside = path(executable).parent_path();
  std::vector<path> js_folders = {beside, beside / "../runtime/js"};
  std::vector<path> python_folders = {beside, beside / "../runtime/python"};
  if (!worker_dir.empty()) js_folders = python_folders = {path(worker_dir)};
  const absl::StatusOr<std::string> js = Find("mayfly-js-worker", js_folders);
  if (!js.ok()) return js.status();
  const absl::StatusOr<std::string> python = Find("mayfly-python-worker", python_folders);
  if (!python.ok()) return python.status();
  return WorkerBinaries{.js = *js, .python = *python};
}

std::string OwnExecutable() {
  std::error_code ignored;
  return std::filesystem::read_symlink("/proc/self/exe", ignored).string();
}

}  // namespace mayfly
