// Where a guest lives: a sub-interpreter with its own GIL, or the main interpreter.
#ifndef MAYFLY_RUNTIME_PYTHON_INTERPRETER_H_
#define MAYFLY_RUNTIME_PYTHON_INTERPRETER_H_

#include <Python.h>

#include <memory>

namespace mayfly::runtime {

// Used by one thread, which is attached to one interpreter at a time; nothing else of Python runs meanwhile.
class Interpreter {
 public:
  // A new sub-interpreter, attached. It shares no object with the main one. Threads, forks and exec are refused in it,
  // and so are extension modules that know one interpreter only. Called with `main` attached. Null if memory is short;
  // `main` is then attached still.
  static std::unique_ptr<Interpreter> CreateSub(PyThreadState* main);

  // The process's main interpreter, attached. It refuses nothing, and it outlives this.
  static std::unique_ptr<Interpreter> BorrowMain(PyThreadState* main);

  // Of a sub-interpreter, runs what the guest has left to its end (atexit, finalizers). `main` is attached then.
  ~Interpreter();
  Interpreter(const Interpreter&) = delete;
  Interpreter& operator=(const Interpreter&) = delete;

  // Attaches the thread to it, if it is attached to another one.
  void Attach();

  bool is_main() const { return own_ == main_; }

 private:
  Interpreter(PyThreadState* main, PyThreadState* own) : main_(main), own_(own) {}

  PyThreadState* const main_;
  PyThreadState* const own_;
};

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_PYTHON_INTERPRETER_H_
