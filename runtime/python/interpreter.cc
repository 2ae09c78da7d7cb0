#include "runtime/python/interpreter.h"

namespace mayfly::runtime {

std::unique_ptr<Interpreter> Interpreter::CreateSub(PyThreadState* main) {
  const PyInterpreterConfig config = {
      .use_main_obmalloc = 0,
      .allow_fork = 0,
      .allow_exec = 0,
      .allow_threads = 0,  // a blocked thread would hang the interpreter's end for ever
      .allow_daemon_threads = 0,
      .check_multi_interp_extensions = 1,
      .gil = PyInterpreterConfig_OWN_GIL,
  };
  PyThreadState* own = nullptr;
  if (PyStatus_Exception(Py_NewInterpreterFromConfig(&own, &config))) return nullptr;
  return std::unique_ptr<Interpreter>(new Interpreter(main, own));
}

std::unique_ptr<Interpreter> Interpreter::BorrowMain(PyThreadState* main) {
  std::unique_ptr<Interpreter> interpreter(new Interpreter(main, main));
  interpreter->Attach();
  return interpreter;
}

Interpreter::~Interpreter() {
  Attach();
  if (is_main()) return;
  Py_EndInterpreter(own_);
  PyThreadState_Swap(main_);
}

void Interpreter::Attach() {
  if (PyThreadState_GetUnchecked() != own_) PyThreadState_Swap(own_);
}

}  // namespace mayfly::runtime
