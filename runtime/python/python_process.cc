#include "runtime/python/python_process.h"

#include <dlfcn.h>
#include <glob.h>
#include <locale.h>
#include <signal.h>
#include <stdlib.h>
#include <time.h>

#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "runtime/python/py_text.h"

namespace mayfly::runtime {
namespace {

constexpr wchar_t kWideLibraryFolder[] = L"/usr/lib/python3.14";  // kLibraryFolder, as PyConfig takes it

absl::Status ToStatus(const PyStatus& status, std::string_view what) {
  if (!PyStatus_Exception(status)) return absl::OkStatus();
  return absl::InternalError(absl::StrCat(what, ": ", status.err_msg == nullptr ? "unknown" : status.err_msg));
}

// What a function sees of the process's environment; setting it again undoes what a call has set (process_state.h).
void ResetEnvironment() {
  clearenv();
  setenv("TZ", "UTC", 1);
  setenv("LANG", "C.UTF-8", 1);
  setenv("HOME", "/", 1);
  tzset();
  // Functions start in the C locale, as CPython's UTF-8 mode has it; the one locale they may change to is read while
  // files can be.
  setlocale(LC_ALL, "C.UTF-8");
  setlocale(LC_ALL, "C");
}

// Extension modules that functions can't have: they would work across calls (interpreters, their queues and channels),
// look into other processes, need a terminal, or are CPython's own tests.
bool IsLeftOut(std::string_view name) {
  return absl::StartsWith(name, "_interp") || absl::StartsWith(name, "_test") || absl::StartsWith(name, "_xx") ||
         absl::StartsWith(name, "xx") || absl::StartsWith(name, "_curses") || name == "readline" ||
         name == "_remote_debugging" || name == "_ctypes_test" || name == "_tkinter";
}

// Loads the extension modules' files and makes them built-in modules, before CPython is initialised. Their handles by
// name.
absl::StatusOr<absl::flat_hash_map<std::string, void*>> AddExtensions() {
  absl::flat_hash_map<std::string, void*> handles;
  glob_t files = {};
  const int found = glob(absl::StrCat(kLibraryFolder, "/lib-dynload/*.so").c_str(), 0, nullptr, &files);
  absl::Status status = found == 0 ? absl::OkStatus() : absl::NotFoundError("no extension modules are installed");
  for (size_t i = 0; status.ok() && i < files.gl_pathc; ++i) {
    const std::string_view path = files.gl_pathv[i];
    const std::string_view file = path.substr(path.rfind('/') + 1);
    const std::string name(file.substr(0, file.find('.')));
    if (IsLeftOut(name)) continue;
    void* const library = dlopen(files.gl_pathv[i], RTLD_NOW);
    void* const init = library == nullptr ? nullptr : dlsym(library, absl::StrCat("PyInit_", name).c_str());
    // One whose own library is not installed is left out.
    if (init == nullptr) continue;
    handles[name] = library;
    // CPython keeps the name for ever.
    if (PyImport_AppendInittab(strdup(name.c_str()), reinterpret_cast<PyObject* (*)()>(init)) != 0) {
      status = absl::ResourceExhaustedError("no memory for the extension modules");
    }
  }
  globfree(&files);
  if (!status.ok()) return status;
  return handles;
}

// Sets every path, because each new interpreter would look for those that are not set, in files it may not see.
PyStatus SetPaths(PyConfig& config) {
  config.module_search_paths_set = 1;
  PyStatus status = PyWideStringList_Append(&config.module_search_paths, kWideLibraryFolder);
  const std::pair<wchar_t**, const wchar_t*> paths[] = {
      {&config.executable, L"/usr/bin/python3"},
      {&config.base_executable, L"/usr/bin/python3"},
      {&config.home, L"/usr"},
      {&config.prefix, L"/usr"},
      {&config.base_prefix, L"/usr"},
      {&config.exec_prefix, L"/usr"},
      {&config.base_exec_prefix, L"/usr"},
      {&config.stdlib_dir, kWideLibraryFolder},
  };
  for (const auto& [field, path] : paths) {
    if (!PyStatus_Exception(status)) status = PyConfig_SetString(&config, field, path);
  }
  return status;
}

absl::Status Initialize() {
  PyPreConfig pre_config;
  PyPreConfig_InitIsolatedConfig(&pre_config);
  pre_config.utf8_mode = 1;
  absl::Status status = ToStatus(Py_PreInitialize(&pre_config), "CPython does not start");
  if (!status.ok()) return status;
  PyConfig config;
  PyConfig_InitIsolatedConfig(&config);
  config.site_import = 0;
  config.write_bytecode = 0;
  config.install_signal_handlers = 0;
  config.pathconfig_warnings = 0;
  status = ToStatus(SetPaths(config), "CPython does not start");
  if (status.ok()) status = ToStatus(Py_InitializeFromConfig(&config), "CPython does not start");
  PyConfig_Clear(&config);
  return status;
}

// Imports each extension module once in the main interpreter: what is initialised once a process is then done, before
// any fork.
constexpr char kPreload[] = R"(
import sys
for name in sorted(sys.builtin_module_names):
    if name not in ("_tracemalloc", "faulthandler"):
        try:
            __import__(name)
        except ImportError:
            pass
import ssl, sqlite3, ctypes, decimal, datetime, zoneinfo, hashlib, asyncio, gc
gc.collect()
)";

}  // namespace

absl::StatusOr<std::unique_ptr<PythonProcess>> PythonProcess::Create() {
  ResetEnvironment();
  // As CPython does where it has the signals to itself: writing to a closed pipe is an error, not the end.
  signal(SIGPIPE, SIG_IGN);
  absl::StatusOr<std::unique_ptr<ArenaMemory>> arenas = ArenaMemory::Create();
  if (!arenas.ok()) return arenas.status();
  absl::StatusOr<absl::flat_hash_map<std::string, void*>> extensions = AddExtensions();
  if (!extensions.ok()) return extensions.status();
  const absl::Status status = Initialize();
  if (!status.ok()) return status;
  std::unique_ptr<PythonProcess> process(new PythonProcess());
  process->arenas_ = *std::move(arenas);
  process->randomness_ = std::make_unique<LibraryRandomness>((*extensions)["_ssl"], (*extensions)["_sqlite3"]);
  process->main_ = PyThreadState_Get();
  PyObject* const modules = PyImport_GetModuleDict();
  const PyRef first_modules = PyRef::Own(PyDict_Copy(modules));
  absl::StatusOr<std::unique_ptr<Library>> library = Library::Load();
  if (!library.ok()) return library.status();
  process->library_ = *std::move(library);
  if (PyRun_SimpleString(kPreload) != 0) return absl::InternalError("the standard library does not load");
  process->preloaded_ = PyRef::Own(PyDict_Copy(modules));
  PyDict_Clear(modules);
  if (!first_modules || !process->preloaded_ || PyDict_Update(modules, first_modules.get()) != 0) {
    return absl::ResourceExhaustedError("no memory for the standard library");
  }
  return process;
}

PythonProcess::~PythonProcess() {
  if (main_ == nullptr) return;
  preloaded_ = PyRef();
  Py_FinalizeEx();
}

}  // namespace mayfly::runtime
