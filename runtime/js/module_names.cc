#include "runtime/js/module_names.h"

#include <yyjson.h>

#include <memory>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/nearest.h"

namespace mayfly::runtime::js {
namespace {

constexpr std::string_view kExtensions[] = {".js", ".json", ".cjs", ".mjs"};

bool IsRelative(std::string_view specifier) {
  return specifier == "." || specifier == ".." || absl::StartsWith(specifier, "./") ||
         absl::StartsWith(specifier, "../");
}

bool HasExtension(std::string_view name) {
  for (std::string_view extension : kExtensions) {
    if (absl::EndsWith(name, extension)) return true;
  }
  return false;
}

std::string_view FolderOf(std::string_view name) {
  const size_t slash = name.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : name.substr(0, slash);
}

// folder/path without "." and ".."; what climbs above the top stays at the top.
std::string Join(std::string_view folder, std::string_view path) {
  std::vector<std::string_view> parts = absl::StrSplit(folder, '/', absl::SkipEmpty());
  for (std::string_view part : absl::StrSplit(path, '/', absl::SkipEmpty())) {
    if (part == ".") continue;
    if (part != "..") {
      parts.push_back(part);
    } else if (!parts.empty()) {
      parts.pop_back();
    }
  }
  return absl::StrJoin(parts, "/");
}

// "main" of a package.json; empty if it has none.
std::string MainOf(std::string_view package_json) {
  const std::unique_ptr<yyjson_doc, decltype(&yyjson_doc_free)> document(
      yyjson_read(package_json.data(), package_json.size(), YYJSON_READ_NOFLAG), yyjson_doc_free);
  const char* const main = yyjson_get_str(yyjson_obj_get(yyjson_doc_get_root(document.get()), "main"));
  return main == nullptr ? "" : main;
}

}  // namespace

ModuleNames::ModuleNames(const std::vector<Module>& dependencies) : dependencies_(dependencies) {
  for (size_t i = 0; i < dependencies.size(); ++i) by_name_.emplace(dependencies[i].name, i);
}

std::optional<size_t> ModuleNames::FindExact(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? std::nullopt : std::make_optional(found->second);
}

std::optional<size_t> ModuleNames::FindFile(std::string_view name) const {
  std::optional<size_t> found = FindExact(name);
  for (std::string_view extension : kExtensions) {
    if (!found.has_value()) found = FindExact(absl::StrCat(name, extension));
  }
  return found;
}

std::optional<size_t> ModuleNames::FindFolder(std::string_view name) const {
  const std::string prefix = name.empty() ? "" : absl::StrCat(name, "/");
  if (const std::optional<size_t> package = FindExact(absl::StrCat(prefix, "package.json"))) {
    const std::string main = Join(name, MainOf(dependencies_[*package].source));
    std::optional<size_t> found = main == name ? std::nullopt : FindFile(main);
    if (!found.has_value() && main != name) found = FindFile(absl::StrCat(main, "/index"));
    if (found.has_value()) return found;
  }
  return FindFile(absl::StrCat(prefix, "index"));
}

std::optional<size_t> ModuleNames::Find(std::string_view name) const {
  const std::optional<size_t> file = name.empty() ? std::nullopt : FindFile(name);
  return file.has_value() ? file : FindFolder(name);
}

std::optional<size_t> ModuleNames::ResolveRelative(std::string_view referrer, std::string_view specifier) const {
  std::optional<size_t> found = Find(Join(FolderOf(referrer), specifier));
  if (!found.has_value() && !referrer.empty() && !HasExtension(referrer)) found = Find(Join(referrer, specifier));
  return found;
}

std::optional<size_t> ModuleNames::Resolve(std::string_view referrer, std::string_view specifier) const {
  if (const std::optional<size_t> exact = FindExact(specifier)) return exact;
  if (IsRelative(specifier)) return ResolveRelative(referrer, specifier);
  return Find(absl::StripSuffix(specifier, "/"));
}

std::string ModuleNames::NotFoundMessage(std::string_view specifier) const {
  std::vector<std::string> known;
  for (const Module& dependency : dependencies_) known.push_back(dependency.name);
  return absl::StrCat("Cannot find module '", specifier, "'", DidYouMean(specifier, known));
}

std::string FileOf(std::string_view module_name) {
  return HasExtension(module_name) ? std::string(module_name) : absl::StrCat(module_name, ".js");
}

}  // namespace mayfly::runtime::js
