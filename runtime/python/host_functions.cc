#include "runtime/python/host_functions.h"

#include <marshal.h>

#include <algorithm>
#include <iterator>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/nearest.h"
#include "runtime/python/numpy_random.h"
#include "runtime/python/py_text.h"

namespace mayfly::runtime {
namespace {

constexpr char kCapsuleName[] = "mayfly.host";

HostContext& ContextOf(PyObject* capsule) {
  return *static_cast<HostContext*>(PyCapsule_GetPointer(capsule, kCapsuleName));
}

// The text of a str argument; nothing, with the exception set, for anything else (a lone surrogate is in no name of
// ours).
std::optional<std::string_view> NameOf(PyObject* argument) {
  Py_ssize_t size = 0;
  const char* const text = PyUnicode_AsUTF8AndSize(argument, &size);
  if (text == nullptr) return std::nullopt;
  return std::string_view(text, static_cast<size_t>(size));
}

PyObject* Unmarshal(std::string_view code) {
  return PyMarshal_ReadObjectFromString(code.data(), static_cast<Py_ssize_t>(code.size()));
}

template <typename Names>
PyObject* ToPyList(const Names& names) {
  PyRef list = PyRef::Own(PyList_New(0));
  if (!list) return nullptr;
  for (const auto& name : names) {
    const PyRef str = ToPyStr(name);
    if (!str || PyList_Append(list.get(), str.get()) < 0) return nullptr;
  }
  return list.release();
}

PyObject* Code(PyObject* self, PyObject* argument) {
  const std::optional<std::string_view> name = NameOf(argument);
  if (!name.has_value()) return nullptr;
  const PyRef code = ContextOf(self).modules.Code(*name);
  return code ? PyMarshal_ReadObjectFromString(PyBytes_AS_STRING(code.get()), PyBytes_GET_SIZE(code.get())) : nullptr;
}

PyObject* Source(PyObject* self, PyObject* argument) {
  const std::optional<std::string_view> name = NameOf(argument);
  if (!name.has_value()) return nullptr;
  const SourceModules::Entry* const entry = ContextOf(self).modules.Find(*name);
  if (entry == nullptr) Py_RETURN_NONE;
  return ToPyStr(entry->source).release();
}

PyObject* Find(PyObject* self, PyObject* argument) {
  const std::optional<std::string_view> name = NameOf(argument);
  if (!name.has_value()) return nullptr;
  const SourceModules& modules = ContextOf(self).modules;
  const SourceModules::Entry* const entry = modules.Find(*name);
  if (entry == nullptr) Py_RETURN_NONE;
  return Py_BuildValue("sOO", entry->file.c_str(), entry->is_package ? Py_True : Py_False,
                       modules.IsImplicit(*name) ? Py_True : Py_False);
}

PyObject* Names(PyObject* self, PyObject*) { return ToPyList(ContextOf(self).modules.DependencyNames()); }

PyObject* Files(PyObject* self, PyObject*) {
  PyRef files = PyRef::Own(PyDict_New());
  if (!files) return nullptr;
  for (const auto& [file, name] : ContextOf(self).modules.Files()) {
    const PyRef value = ToPyStr(name);
    if (!value || PyDict_SetItemString(files.get(), file.c_str(), value.get()) < 0) return nullptr;
  }
  return files.release();
}

PyObject* FunctionModule(PyObject* self, PyObject*) {
  return ToPyStr(ContextOf(self).modules.function_module()).release();
}

PyObject* MentionsAsyncio(PyObject* self, PyObject*) {
  return PyBool_FromLong(ContextOf(self).modules.mentions_asyncio());
}

PyObject* Hint(PyObject* self, PyObject* argument) {
  const std::optional<std::string_view> name = NameOf(argument);
  if (!name.has_value()) return nullptr;
  const HostContext& context = ContextOf(self);
  const std::string top_level(name->substr(0, name->find('.')));
  if (context.library.names().contains(top_level)) {
    return ToPyStr("this part of the standard library is not there for functions").release();
  }
  if (!context.is_main && context.library.HasMainPackage(top_level)) {
    return ToPyStr(absl::StrCat(top_level, " works in the main interpreter only: set ",
                                R"("pythonInterpreter": "main" in the manifest)"))
        .release();
  }
  std::vector<std::string> known = context.modules.DependencyNames();
  std::copy_if(context.library.names().begin(), context.library.names().end(), std::back_inserter(known),
               [](const std::string& library_name) { return !library_name.starts_with('_'); });
  return ToPyStr(absl::StrCat("a function can import its manifest's dependencies and the standard library",
                              DidYouMean(*name, known)))
      .release();
}

PyObject* Internal(PyObject* self, PyObject* argument) {
  const std::optional<std::string_view> name = NameOf(argument);
  if (!name.has_value()) return nullptr;
  return Unmarshal(ContextOf(self).library.Internal(*name));
}

PyObject* Write(PyObject* self, PyObject* const* arguments, Py_ssize_t count) {
  Py_buffer data;
  if (count != 3 || PyObject_GetBuffer(arguments[2], &data, PyBUF_SIMPLE) < 0) return nullptr;
  const OutputStream stream = PyLong_AsLong(arguments[0]) == 0 ? OutputStream::kOut : OutputStream::kErr;
  const long level = std::clamp(PyLong_AsLong(arguments[1]), long{1}, long{4});
  ContextOf(self).output.Write(stream, static_cast<LogLevel>(level),
                               std::string_view(static_cast<const char*>(data.buf), static_cast<size_t>(data.len)));
  const Py_ssize_t size = data.len;
  PyBuffer_Release(&data);
  return PyErr_Occurred() ? nullptr : PyLong_FromSsize_t(size);
}

PyObject* Zone(PyObject* self, PyObject* argument) {
  const std::optional<std::string_view> key = NameOf(argument);
  if (!key.has_value()) return nullptr;
  const auto& zones = ContextOf(self).library.zones();
  const auto zone = zones.find(*key);
  if (zone == zones.end()) Py_RETURN_NONE;
  return PyBytes_FromStringAndSize(zone->second.data(), static_cast<Py_ssize_t>(zone->second.size()));
}

PyObject* ZoneNames(PyObject* self, PyObject*) {
  std::vector<std::string_view> names;
  for (const auto& [key, data] : ContextOf(self).library.zones()) names.push_back(key);
  return ToPyList(names);
}

// CPython's form of a list of functions; it reads it only.
PyMethodDef kFunctions[] = {
    {"host_code", Code, METH_O, nullptr},
    {"host_source", Source, METH_O, nullptr},
    {"host_find", Find, METH_O, nullptr},
    {"host_names", Names, METH_NOARGS, nullptr},
    {"host_files", Files, METH_NOARGS, nullptr},
    {"host_function_module", FunctionModule, METH_NOARGS, nullptr},
    {"host_mentions_asyncio", MentionsAsyncio, METH_NOARGS, nullptr},
    {"host_hint", Hint, METH_O, nullptr},
    {"host_internal", Internal, METH_O, nullptr},
    {"host_write", reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(Write)), METH_FASTCALL, nullptr},
    {"host_read_mt19937", ReadMt19937, METH_O, nullptr},
    {"host_redraw_mt19937", RedrawMt19937, METH_O, nullptr},
    {"host_replace_method", reinterpret_cast<PyCFunction>(reinterpret_cast<void*>(ReplaceMethod)), METH_FASTCALL,
     nullptr},
    {"host_zone", Zone, METH_O, nullptr},
    {"host_zone_names", ZoneNames, METH_NOARGS, nullptr},
};

}  // namespace

bool AddHostFunctions(PyObject* globals, HostContext& context) {
  const PyRef capsule = PyRef::Own(PyCapsule_New(&context, kCapsuleName, nullptr));
  if (!capsule) return false;
  for (PyMethodDef& function : kFunctions) {
    const PyRef object = PyRef::Own(PyCFunction_New(&function, capsule.get()));
    if (!object || PyDict_SetItemString(globals, function.ml_name, object.get()) < 0) return false;
  }
  return true;
}

}  // namespace mayfly::runtime
