// CPython in this process.
#ifndef MAYFLY_RUNTIME_PYTHON_PYTHON_PROCESS_H_
#define MAYFLY_RUNTIME_PYTHON_PYTHON_PROCESS_H_

#include <Python.h>

#include <memory>

#include "absl/status/statusor.h"
#include "runtime/python/arena_memory.h"
#include "runtime/python/library.h"
#include "runtime/python/library_randomness.h"
#include "runtime/python/py_ref.h"

namespace mayfly::runtime {

// The main interpreter, and what the interpreters of all functions share. At most one in the life of a process, made
// and used by one thread, which the main interpreter is attached to whenever no sub-interpreter is.
class PythonProcess {
 public:
  // Boots CPython, cut off from the machine's settings: no site-packages, no user folder, UTF-8, TZ=UTC, an own hash
  // seed. Empties the process's environment. Reads the standard library and loads each of its extension modules, so
  // that no file is needed later. The main interpreter is left with the modules of a new one.
  static absl::StatusOr<std::unique_ptr<PythonProcess>> Create();

  ~PythonProcess();
  PythonProcess(const PythonProcess&) = delete;
  PythonProcess& operator=(const PythonProcess&) = delete;

  const Library& library() const { return *library_; }
  ArenaMemory& arenas() const { return *arenas_; }
  const LibraryRandomness& randomness() const { return *randomness_; }
  PyThreadState* main_thread_state() const { return main_; }

 private:
  PythonProcess() = default;

  std::unique_ptr<ArenaMemory> arenas_;  // held first, given back last
  std::unique_ptr<LibraryRandomness> randomness_;
  PyThreadState* main_ = nullptr;
  std::unique_ptr<Library> library_;
  PyRef preloaded_;  // a dict of the modules of kPreload: what they have initialised stays
};

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_PYTHON_PYTHON_PROCESS_H_
