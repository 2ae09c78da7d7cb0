#include "clients/cli/function_files.h"

#include <filesystem>
#include <set>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/reason.h"
#include "base/utf8.h"

namespace mayfly::cli {
namespace {

bool IsManifest(const std::string& path) {
  const std::filesystem::path file(path);
  // What tools keep beside sources is no manifest.
  const std::string name = file.filename();
  if (name == "package.json" || name == "package-lock.json" || name == "tsconfig.json") return false;
  return file.extension() == ".json" || file.extension() == ".jsonc";
}

// "js" or "python" by a source file's ending, else empty.
std::string LanguageOf(const std::string& path) {
  const std::string ending = std::filesystem::path(path).extension();
  if (ending == ".js" || ending == ".cjs" || ending == ".mjs") return "js";
  return ending == ".py" ? "python" : "";
}

bool IsIdCharacter(char c) { return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '-'; }

// The file's name as an id: what an id may not hold becomes '-'.
std::string IdOf(const std::string& path) {
  std::string id = std::filesystem::path(path).stem();
  for (char& c : id) {
    if (!IsIdCharacter(c)) c = '-';
  }
  while (!id.empty() && !absl::ascii_isalnum(id.front())) id.erase(0, 1);
  return id.substr(0, kFunctionIdBytesMax);
}

absl::Status InvalidFile(std::string_view message) {
  return MakeError(absl::StatusCode::kInvalidArgument, reason::kManifestInvalid, message);
}

absl::StatusOr<FunctionFile> ReadSource(const Files& files, const std::string& path) {
  absl::StatusOr<std::string> source = files.Read(path, kManifestBytesMax);
  if (!source.ok()) return InvalidFile(source.status().message());
  if (!IsUtf8(*source)) return InvalidFile(absl::StrCat(path, ": the source is not UTF-8"));
  FunctionFile function;
  function.path = path;
  function.manifest.set_id(IdOf(path));
  function.manifest.set_language_id(LanguageOf(path));
  function.manifest.set_js_eval_as_module(std::filesystem::path(path).extension() == ".mjs");
  function.manifest.set_source(*std::move(source));
  return function;
}

std::vector<std::string> ListIf(const Files& files, const std::string& folder, bool (*wanted)(const std::string&)) {
  std::vector<std::string> found;
  for (const std::string& name : files.List(folder)) {
    if (wanted(name)) found.push_back(std::filesystem::path(folder) / name);
  }
  return found;
}

// Where GraalFaaS keeps functions in `folder`, else the folder itself.
std::string StoredFunctionsFolder(const Files& files, const std::string& folder) {
  const std::filesystem::path path(folder);
  if (files.IsFolder(path / ".faas" / "functions")) return path / ".faas" / "functions";
  if (path.filename() == ".faas" && files.IsFolder(path / "functions")) return path / "functions";
  return folder;
}

std::vector<std::string> FunctionsIn(const Files& files, const std::string& named) {
  const std::string folder = StoredFunctionsFolder(files, named);
  std::vector<std::string> functions = ListIf(files, folder, IsManifest);
  std::set<std::string> used;
  for (const std::string& path : functions) {
    // One that can't be read says so when its turn comes.
    if (absl::StatusOr<FunctionFile> function = ReadManifest(files, path); function.ok()) {
      used.insert(function->source_paths.begin(), function->source_paths.end());
    }
  }
  for (std::string& path : ListIf(files, folder, [](const std::string& name) { return !LanguageOf(name).empty(); })) {
    if (!used.contains(path)) functions.push_back(std::move(path));
  }
  return functions;
}

}  // namespace

absl::StatusOr<FunctionFile> ReadFunctionFile(const Files& files, const std::string& path) {
  if (!LanguageOf(path).empty()) return ReadSource(files, path);
  const std::string ending = std::filesystem::path(path).extension();
  if (ending == ".json" || ending == ".jsonc") return ReadManifest(files, path);
  return InvalidFile(
      absl::StrCat(path, ": a function is a manifest (.json, .jsonc) or a source (.js, .cjs, .mjs, .py)"));
}

absl::StatusOr<std::vector<std::string>> ExpandFolders(const Files& files, const std::vector<std::string>& paths) {
  std::vector<std::string> expanded;
  for (const std::string& path : paths) {
    if (!files.IsFolder(path)) {
      expanded.push_back(path);
      continue;
    }
    std::vector<std::string> found = FunctionsIn(files, path);
    if (found.empty())
      return InvalidFile(
          absl::StrCat(path, ": no manifest (.json, .jsonc) and no source (.js, .cjs, .mjs, .py) is in it"));
    expanded.insert(expanded.end(), std::make_move_iterator(found.begin()), std::make_move_iterator(found.end()));
  }
  return expanded;
}

}  // namespace mayfly::cli
