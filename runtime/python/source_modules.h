// The modules of one function: its own source and its dependencies, with their compiled code.
#ifndef MAYFLY_RUNTIME_PYTHON_SOURCE_MODULES_H_
#define MAYFLY_RUNTIME_PYTHON_SOURCE_MODULES_H_

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/channel/messages.h"
#include "runtime/python/py_ref.h"

namespace mayfly::runtime {

// Lives as long as the worker; each sub-interpreter asks it for the code it imports. Code is kept marshalled, because a
// code object belongs to one interpreter, and is compiled once. Not thread-safe.
class SourceModules {
 public:
  // No modules at all.
  SourceModules() = default;

  // `library_names` are the top-level names of the standard library: the function's own module takes none of them.
  SourceModules(const LoadRequest& function, const std::set<std::string>& library_names);

  // What a manifest's name stands for.
  struct Entry {
    std::string source;
    std::string file;         // "<id>.py" of the function, "<name>.py" of a dependency: what tracebacks call it
    bool is_package = false;  // the manifest has a name below it
    std::string code;         // marshalled; empty until it is first asked for
  };

  // The name of the function's own module: its id as an identifier, and unlike any other module.
  const std::string& function_module() const { return function_module_; }

  // Whether `name` is a module of the function; "pkg" is one if there is "pkg.mod", though then it may be no more than
  // a parent.
  const Entry* Find(std::string_view name) const;

  // Whether the manifest does not have `name` itself, only names below it.
  bool IsImplicit(std::string_view name) const;

  // The marshalled code of a module that is there, as bytes; null with the exception set (SyntaxError, ValueError) if
  // it does not compile. Attached to any interpreter.
  PyRef Code(std::string_view name);

  // Whether any source has the word "asyncio": if none has, no code of the function waits for an event loop.
  bool mentions_asyncio() const { return mentions_asyncio_; }

  // The names the manifest gives to dependencies, sorted.
  std::vector<std::string> DependencyNames() const;

  // The module of each file that a traceback may show.
  std::map<std::string, std::string> Files() const;

 private:
  std::string function_module_;
  bool mentions_asyncio_ = false;
  std::map<std::string, Entry, std::less<>> entries_;
  std::set<std::string, std::less<>> implicit_;
};

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_PYTHON_SOURCE_MODULES_H_
