// What functions can import that is not theirs: the standard library, and the time zones.
#ifndef MAYFLY_RUNTIME_PYTHON_LIBRARY_H_
#define MAYFLY_RUNTIME_PYTHON_LIBRARY_H_

#include <Python.h>

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "runtime/python/py_ref.h"

namespace mayfly::runtime {

// The folder of the standard library on the platform.
inline constexpr char kLibraryFolder[] = "/usr/lib/python3.14";

// Where packages are that the operator has installed; main_packages.py has it too.
inline constexpr char kPackagesFolder[] = "/usr/lib/python3/dist-packages";

// Holds all of it in memory that can't be written, so that no interpreter opens a file and workers share the pages.
// (Memory that can't be written is not counted to RLIMIT_DATA either.) Lives as long as the process: CPython keeps
// pointers into it.
class Library {
 public:
  // Reads everything, with the main interpreter attached, and tells CPython: from then on each interpreter finds the
  // modules as frozen ones, with their usual __file__.
  static absl::StatusOr<std::unique_ptr<Library>> Load();

  ~Library();
  Library(const Library&) = delete;
  Library& operator=(const Library&) = delete;

  // The top-level names of the standard library.
  const std::set<std::string>& names() const { return names_; }

  // Whether `name` is a package that works in the main interpreter only (numpy), and is installed.
  bool HasMainPackage(const std::string& name) const { return main_packages_.contains(name); }

  // TZif data by key ("Europe/Berlin").
  const std::map<std::string, std::string_view, std::less<>>& zones() const { return zones_; }

  // The code of one of our own Python files (bootstrap, error_report), marshalled. `name` is one of them.
  std::string_view Internal(std::string_view name) const { return internal_.find(name)->second; }

 private:
  Library() = default;

  absl::Status CompileInternal();
  absl::Status Read();
  absl::Status Store(PyObject* modules, PyObject* zones);
  std::string_view Keep(std::string_view data);

  char* region_ = nullptr;
  size_t region_size_ = 0;
  size_t region_used_ = 0;
  std::vector<_frozen> table_;  // ended by an entry of nulls
  std::set<std::string> names_;
  std::set<std::string> main_packages_;
  std::map<std::string, std::string_view, std::less<>> zones_;
  std::map<std::string, std::string, std::less<>> internal_;
};

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_PYTHON_LIBRARY_H_
