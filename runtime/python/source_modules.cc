#include "runtime/python/source_modules.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "runtime/python/py_text.h"

namespace mayfly::runtime {
namespace {

// "my-func.v2" → "my_func_v2".
std::string ToIdentifier(std::string_view id) {
  std::string name(id);
  for (char& c : name) {
    if (!absl::ascii_isalnum(static_cast<unsigned char>(c))) c = '_';
  }
  if (name.empty() || absl::ascii_isdigit(static_cast<unsigned char>(name[0]))) name.insert(0, "_");
  return name;
}

}  // namespace

SourceModules::SourceModules(const LoadRequest& function, const std::set<std::string>& library_names)
    : function_module_(ToIdentifier(function.function_id)) {
  for (const Module& module : function.dependencies) {
    entries_[module.name] = Entry{.source = module.source, .file = absl::StrCat(module.name, ".py")};
  }
  for (const Module& module : function.dependencies) {
    for (size_t dot = module.name.find('.'); dot != std::string::npos; dot = module.name.find('.', dot + 1)) {
      const std::string parent = module.name.substr(0, dot);
      const auto [entry, inserted] = entries_.try_emplace(parent);
      if (inserted) implicit_.insert(parent);
      if (inserted) entry->second.file = absl::StrCat(parent, ".py");
      entry->second.is_package = true;
    }
  }
  while (library_names.contains(function_module_) || entries_.contains(function_module_)) function_module_ += '_';
  entries_[function_module_] = Entry{.source = function.source, .file = absl::StrCat(function.function_id, ".py")};
  for (const auto& [name, entry] : entries_) {
    if (entry.source.find("asyncio") != std::string::npos) mentions_asyncio_ = true;
  }
}

const SourceModules::Entry* SourceModules::Find(std::string_view name) const {
  const auto entry = entries_.find(name);
  return entry == entries_.end() ? nullptr : &entry->second;
}

bool SourceModules::IsImplicit(std::string_view name) const { return implicit_.contains(name); }

PyRef SourceModules::Code(std::string_view name) {
  const auto found = entries_.find(name);
  if (found == entries_.end()) {
    PyErr_SetString(PyExc_ImportError, "no such module");
    return PyRef();
  }
  Entry& entry = found->second;
  if (!entry.code.empty()) {
    return PyRef::Own(PyBytes_FromStringAndSize(entry.code.data(), static_cast<Py_ssize_t>(entry.code.size())));
  }
  PyRef code = CompileModule(entry.source, entry.file);
  if (code) entry.code.assign(PyBytes_AS_STRING(code.get()), PyBytes_GET_SIZE(code.get()));
  return code;
}

std::vector<std::string> SourceModules::DependencyNames() const {
  std::vector<std::string> names;
  for (const auto& [name, entry] : entries_) {
    if (name != function_module_ && !implicit_.contains(name)) names.push_back(name);
  }
  return names;
}

std::map<std::string, std::string> SourceModules::Files() const {
  std::map<std::string, std::string> files;
  for (const auto& [name, entry] : entries_) files.emplace(entry.file, name);
  const auto function = entries_.find(function_module_);
  if (function != entries_.end()) files[function->second.file] = function_module_;
  return files;
}

}  // namespace mayfly::runtime
