// A guest's failure, from Python's form to the reply's.
#ifndef MAYFLY_RUNTIME_PYTHON_FAILURE_H_
#define MAYFLY_RUNTIME_PYTHON_FAILURE_H_

#include <Python.h>

#include "runtime/channel/messages.h"

namespace mayfly::runtime {

struct Failure {
  Outcome outcome;
  GuestError error;
};

// Reads what bootstrap.py's failure() returned: (outcome, type, message, stack, [(function, file, line, column), …]).
// Every text is cut to its limit; what has another form (the guest can reach bootstrap.py) reads as empty.
Failure ReadFailure(PyObject* failure);

// Takes the exception that is set, without running Python code of ours: type and message alone. A MemoryError is
// kMemoryLimit, whatever `outcome` says.
Failure TakeException(Outcome outcome);

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_PYTHON_FAILURE_H_
