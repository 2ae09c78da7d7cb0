// Which dependency a name means.
#ifndef MAYFLY_RUNTIME_JS_MODULE_NAMES_H_
#define MAYFLY_RUNTIME_JS_MODULE_NAMES_H_

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "runtime/channel/messages.h"

namespace mayfly::runtime::js {

// Resolves what `require` and `import` name, as Node does in a folder that holds the dependencies under their names:
// exactly, then with an extension, then as a folder with a package.json or an index. A relative name ("./x", "../x")
// counts from the folder of the module that asks; "pkg", whose name has no folder and no extension, is also a folder of
// its own.
class ModuleNames {
 public:
  // `dependencies` outlives this.
  explicit ModuleNames(const std::vector<Module>& dependencies);

  // The index of the dependency that `specifier` means when the module `referrer` asks ("" for the function itself);
  // nullopt if there is none.
  std::optional<size_t> Resolve(std::string_view referrer, std::string_view specifier) const;

  // "Cannot find module 'x'", with the nearest names.
  std::string NotFoundMessage(std::string_view specifier) const;

 private:
  std::optional<size_t> FindExact(std::string_view name) const;
  std::optional<size_t> FindFile(std::string_view name) const;
  std::optional<size_t> FindFolder(std::string_view name) const;
  std::optional<size_t> Find(std::string_view name) const;
  std::optional<size_t> ResolveRelative(std::string_view referrer, std::string_view specifier) const;

  const std::vector<Module>& dependencies_;
  absl::flat_hash_map<std::string_view, size_t> by_name_;
};

// The file that stacks show for a dependency: its name, with ".js" if it names no file.
std::string FileOf(std::string_view module_name);

}  // namespace mayfly::runtime::js

#endif  // MAYFLY_RUNTIME_JS_MODULE_NAMES_H_
