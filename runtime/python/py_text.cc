#include "runtime/python/py_text.h"

#include <marshal.h>

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/utf8.h"

namespace mayfly::runtime {

PyRef ToPyStr(std::string_view text) {
  return PyRef::Own(PyUnicode_DecodeUTF8(text.data(), static_cast<Py_ssize_t>(text.size()), nullptr));
}

std::string FromPyStr(PyObject* object, size_t bytes_max) {
  if (object == nullptr || !PyUnicode_Check(object)) return std::string();
  // A character takes at least a byte, so what lies beyond `bytes_max` characters is never encoded.
  const Py_ssize_t length = std::min(PyUnicode_GET_LENGTH(object), static_cast<Py_ssize_t>(bytes_max) + 1);
  const PyRef head = PyRef::Own(PyUnicode_Substring(object, 0, length));
  const PyRef bytes = head ? PyRef::Own(PyUnicode_AsEncodedString(head.get(), "utf-8", "backslashreplace")) : PyRef();
  if (!bytes) {
    PyErr_Clear();
    return std::string();
  }
  const std::string_view encoded(PyBytes_AS_STRING(bytes.get()), PyBytes_GET_SIZE(bytes.get()));
  return std::string(CutUtf8(encoded, bytes_max));
}

PyRef CompileModule(const std::string& source, const std::string& file) {
  if (source.find('\0') != std::string::npos) {
    PyErr_SetString(PyExc_SyntaxError, "source code string cannot contain null bytes");
    return PyRef();
  }
  const size_t begin = source.starts_with("\xEF\xBB\xBF") ? 3 : 0;  // a byte order mark
  // A coding cookie is not heeded: sources are UTF-8.
  PyCompilerFlags flags = {.cf_flags = PyCF_IGNORE_COOKIE, .cf_feature_version = PY_MINOR_VERSION};
  const PyRef code =
      PyRef::Own(Py_CompileStringExFlags(source.c_str() + begin, file.c_str(), Py_file_input, &flags, -1));
  if (!code) return PyRef();
  return PyRef::Own(PyMarshal_WriteObjectToString(code.get(), Py_MARSHAL_VERSION));
}

absl::Status TakePythonError(std::string_view what) {
  const PyRef error = PyRef::Own(PyErr_GetRaisedException());
  if (!error) return absl::InternalError(what);
  const PyRef text = PyRef::Own(PyObject_Str(error.get()));
  PyErr_Clear();
  return absl::InternalError(
      absl::StrCat(what, ": ", Py_TYPE(error.get())->tp_name, ": ", FromPyStr(text.get(), size_t{1} << 12)));
}

}  // namespace mayfly::runtime
