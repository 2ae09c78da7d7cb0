// An owned reference to a Python object.
#ifndef MAYFLY_RUNTIME_PYTHON_PY_REF_H_
#define MAYFLY_RUNTIME_PYTHON_PY_REF_H_

#include <Python.h>

#include <utility>

namespace mayfly::runtime {

// Owns one reference, or is null. All of its work is done with the object's interpreter attached to the thread.
class PyRef {
 public:
  PyRef() = default;

  // Takes over a new reference, as most of Python's API returns it; null stays null.
  static PyRef Own(PyObject* object) { return PyRef(object); }

  // Shares a borrowed reference; null stays null.
  static PyRef Share(PyObject* object) { return PyRef(Py_XNewRef(object)); }

  PyRef(PyRef&& other) noexcept : object_(std::exchange(other.object_, nullptr)) {}
  PyRef& operator=(PyRef&& other) noexcept {
    PyObject* const old = std::exchange(object_, std::exchange(other.object_, nullptr));
    Py_XDECREF(old);
    return *this;
  }
  ~PyRef() { Py_XDECREF(object_); }

  PyObject* get() const { return object_; }
  PyObject* release() { return std::exchange(object_, nullptr); }
  explicit operator bool() const { return object_ != nullptr; }

 private:
  explicit PyRef(PyObject* object) : object_(object) {}

  PyObject* object_ = nullptr;
};

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_PYTHON_PY_REF_H_
