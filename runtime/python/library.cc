#include "runtime/python/library.h"

#include <marshal.h>

#include <sys/mman.h>
#include <unistd.h>

#include <cstring>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/unique_fd.h"
#include "runtime/python/embedded_sources.h"
#include "runtime/python/py_text.h"

namespace mayfly::runtime {
namespace {

std::string_view BytesOf(PyObject* bytes) {
  return std::string_view(PyBytes_AS_STRING(bytes), static_cast<size_t>(PyBytes_GET_SIZE(bytes)));
}

std::string_view StrOf(PyObject* str) {
  Py_ssize_t size = 0;
  const char* const text = PyUnicode_AsUTF8AndSize(str, &size);
  return text == nullptr ? std::string_view() : std::string_view(text, static_cast<size_t>(size));
}

// What a list of tuples (name, bytes, …) takes, names with their ends.
size_t SizeOf(PyObject* list) {
  size_t size = 0;
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(list); ++i) {
    PyObject* const entry = PyList_GET_ITEM(list, i);
    size += StrOf(PyTuple_GET_ITEM(entry, 0)).size() + 1 + BytesOf(PyTuple_GET_ITEM(entry, 1)).size();
  }
  return size;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Library>> Library::Load() {
  std::unique_ptr<Library> library(new Library());
  absl::Status status = library->CompileInternal();
  if (status.ok()) status = library->Read();
  if (!status.ok()) return status;
  PyImport_FrozenModules = library->table_.data();
  return library;
}

Library::~Library() {
  if (PyImport_FrozenModules == table_.data()) PyImport_FrozenModules = nullptr;
  if (region_ != nullptr) munmap(region_, region_size_);
}

absl::Status Library::CompileInternal() {
  for (const EmbeddedSource& source : EmbeddedSources()) {
    const PyRef code = CompileModule(std::string(source.text), std::string(source.file));
    if (!code) return TakePythonError(source.file);
    internal_.emplace(source.name, BytesOf(code.get()));
  }
  return absl::OkStatus();
}

absl::Status Library::Read() {
  const PyRef code = PyRef::Own(PyMarshal_ReadObjectFromString(
      Internal("library_reader").data(), static_cast<Py_ssize_t>(Internal("library_reader").size())));
  const PyRef globals = PyRef::Own(PyDict_New());
  if (!code || !globals || PyDict_SetItemString(globals.get(), "__builtins__", PyEval_GetBuiltins()) < 0 ||
      !PyRef::Own(PyEval_EvalCode(code.get(), globals.get(), globals.get()))) {
    return TakePythonError("can't read the standard library");
  }
  const auto call = [&globals](const char* function, PyObject* argument) {
    PyObject* const callable = PyDict_GetItemString(globals.get(), function);
    return PyRef::Own(argument == nullptr ? PyObject_CallNoArgs(callable) : PyObject_CallOneArg(callable, argument));
  };
  const PyRef folder = ToPyStr(kLibraryFolder);
  const PyRef modules = folder ? call("read_modules", folder.get()) : PyRef();
  const PyRef zones = modules ? call("read_zones", nullptr) : PyRef();
  const PyRef names = zones ? call("library_names", nullptr) : PyRef();
  if (!names) return TakePythonError("can't read the standard library");
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(names.get()); ++i) {
    names_.emplace(StrOf(PyList_GET_ITEM(names.get(), i)));
  }
  const std::string numpy = "numpy";
  if (access(absl::StrCat(kPackagesFolder, "/", numpy, "/__init__.py").c_str(), R_OK) == 0)
    main_packages_.insert(numpy);
  return Store(modules.get(), zones.get());
}

absl::Status Library::Store(PyObject* modules, PyObject* zones) {
  region_size_ = SizeOf(modules) + SizeOf(zones);
  const UniqueFd file(memfd_create("mayfly-python-library", MFD_CLOEXEC));
  if (!file.valid() || ftruncate(file.get(), static_cast<off_t>(region_size_)) != 0) {
    return absl::ErrnoToStatus(errno, "can't make memory for the standard library");
  }
  void* const region = mmap(nullptr, region_size_, PROT_READ | PROT_WRITE, MAP_SHARED, file.get(), 0);
  if (region == MAP_FAILED) return absl::ErrnoToStatus(errno, "can't map memory for the standard library");
  region_ = static_cast<char*>(region);
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(modules); ++i) {
    PyObject* const entry = PyList_GET_ITEM(modules, i);
    const std::string_view code = Keep(BytesOf(PyTuple_GET_ITEM(entry, 1)));
    const std::string name(StrOf(PyTuple_GET_ITEM(entry, 0)));
    table_.push_back(_frozen{
        .name = Keep(std::string_view(name.c_str(), name.size() + 1)).data(),
        .code = reinterpret_cast<const unsigned char*>(code.data()),
        .size = static_cast<int>(code.size()),
        .is_package = PyTuple_GET_ITEM(entry, 2) == Py_True,
    });
  }
  table_.push_back(_frozen{});
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(zones); ++i) {
    PyObject* const entry = PyList_GET_ITEM(zones, i);
    zones_.emplace(StrOf(PyTuple_GET_ITEM(entry, 0)), Keep(BytesOf(PyTuple_GET_ITEM(entry, 1))));
  }
  // Privately at the same place: a worker can then not change what the others read.
  const void* const settled = mmap(region_, region_size_, PROT_READ, MAP_PRIVATE | MAP_FIXED, file.get(), 0);
  return settled == region_ ? absl::OkStatus() : absl::ErrnoToStatus(errno, "can't map the standard library");
}

std::string_view Library::Keep(std::string_view data) {
  char* const place = region_ + region_used_;
  std::memcpy(place, data.data(), data.size());
  region_used_ += data.size();
  return std::string_view(place, data.size());
}

}  // namespace mayfly::runtime
