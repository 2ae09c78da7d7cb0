// A sub-interpreter with its own GIL.
#ifndef MAYFLY_RUNTIME_PYTHON_SUB_INTERPRETER_H_
#define MAYFLY_RUNTIME_PYTHON_SUB_INTERPRETER_H_

#include <Python.h>

#include <memory>

namespace mayfly::runtime {

// Attached to its thread from its making to its end: one at a time, and nothing else of Python runs meanwhile. It
// shares no object with the main interpreter. Threads, forks and exec are refused in it, and so are extension modules
// that know one interpreter only.
class SubInterpreter {
 public:
  // Called with `main` attached. Null if memory is short; `main` is then attached still.
  static std::unique_ptr<SubInterpreter> Create(PyThreadState* main);

  // Runs what the guest has left to its end (atexit, finalizers), and attaches `main`.
  ~SubInterpreter();
  SubInterpreter(const SubInterpreter&) = delete;
  SubInterpreter& operator=(const SubInterpreter&) = delete;

 private:
  SubInterpreter(PyThreadState* main, PyThreadState* own) : main_(main), own_(own) {}

  PyThreadState* const main_;
  PyThreadState* const own_;
};

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_PYTHON_SUB_INTERPRETER_H_
