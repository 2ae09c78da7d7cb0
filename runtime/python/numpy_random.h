// The memory of numpy's generator behind np.random.rand() and its fellows.
#ifndef MAYFLY_RUNTIME_PYTHON_NUMPY_RANDOM_H_
#define MAYFLY_RUNTIME_PYTHON_NUMPY_RANDOM_H_

#include <Python.h>

namespace mayfly::runtime {

// A seed through numpy itself takes 16 µs to 200 µs, as much as a whole call; here it is well below one. Both take the
// `capsule` of an MT19937, and return null with the exception set for what is no capsule of a bit generator.

// What the state has, as bytes: 624 words of key and the position, as the machine has them. For a comparison with what
// numpy says itself, before the other function is used.
PyObject* ReadMt19937(PyObject* self, PyObject* capsule);

// Fills the state with numbers drawn from a seed of the kernel's. None.
PyObject* RedrawMt19937(PyObject* self, PyObject* capsule);

// (type, name, function): puts a function in the place of a method of a type that can't be changed from Python. None.
PyObject* ReplaceMethod(PyObject* self, PyObject* const* arguments, Py_ssize_t count);

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_PYTHON_NUMPY_RANDOM_H_
