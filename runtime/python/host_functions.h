// What bootstrap.py asks of the host.
#ifndef MAYFLY_RUNTIME_PYTHON_HOST_FUNCTIONS_H_
#define MAYFLY_RUNTIME_PYTHON_HOST_FUNCTIONS_H_

#include <Python.h>

#include "runtime/python/library.h"
#include "runtime/python/output_lines.h"
#include "runtime/python/source_modules.h"

namespace mayfly::runtime {

// What the functions work on. Outlives every interpreter that has them.
struct HostContext {
  HostContext(const Library& library, bool is_main) : library(library), is_main(is_main) {}
  HostContext(const HostContext&) = delete;
  HostContext& operator=(const HostContext&) = delete;

  const Library& library;
  const bool is_main;     // of the main interpreter
  SourceModules modules;  // none, before a function is loaded
  OutputLines output;
};

// Puts the functions into the attached interpreter's dict `globals`:
//   host_code(name) → code object of one of the function's modules; raises what compiling it raises
//   host_source(name) → its source, or None
//   host_find(name) → (file, is_package, is_implicit), or None
//   host_names() → the names of the manifest's dependencies
//   host_files() → {file: name} of the modules of the function
//   host_function_module() → the name of the function's own module
//   host_mentions_asyncio() → whether any of their sources has that word
//   host_hint(name) → what to say of a module that can't be found
//   host_internal(name) → code object of one of our own files
//   host_write(stream, level, bytes) → how many bytes: output
//   host_read_mt19937, host_redraw_mt19937, host_replace_method: numpy_random.h
//   host_zone(key) → TZif bytes, or None;  host_zone_names() → list of keys
// False with the exception set if memory is short.
bool AddHostFunctions(PyObject* globals, HostContext& context);

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_PYTHON_HOST_FUNCTIONS_H_
