// Text and code between Python and C++.
#ifndef MAYFLY_RUNTIME_PYTHON_PY_TEXT_H_
#define MAYFLY_RUNTIME_PYTHON_PY_TEXT_H_

#include <Python.h>

#include <cstddef>
#include <string>
#include <string_view>

#include "absl/status/status.h"
#include "runtime/python/py_ref.h"

namespace mayfly::runtime {

// `text` as a str; null with an exception set if it is not UTF-8 or memory is short.
PyRef ToPyStr(std::string_view text);

// A str as UTF-8, of at most `bytes_max` bytes, cut at a character; a lone surrogate becomes its escape (\udxxx).
// Empty, with no exception set, if `object` is not a str or memory is short.
std::string FromPyStr(PyObject* object, size_t bytes_max);

// A compiled module's code, marshalled, as bytes; null with an exception set if `source` does not compile.
PyRef CompileModule(const std::string& source, const std::string& file);

// Takes the exception that is set, as INTERNAL "what: ValueError: message". For our own Python code, at boot.
absl::Status TakePythonError(std::string_view what);

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_PYTHON_PY_TEXT_H_
