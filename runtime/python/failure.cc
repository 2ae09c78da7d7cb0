#include "runtime/python/failure.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "base/limits.h"
#include "runtime/python/py_ref.h"
#include "runtime/python/py_text.h"

namespace mayfly::runtime {
namespace {

// An int between 0 and 2^31-1; anything else is 0.
int32_t NumberOf(PyObject* number) {
  if (!PyLong_Check(number)) return 0;
  int overflow = 0;
  const long value = PyLong_AsLongAndOverflow(number, &overflow);
  return overflow != 0 || value < 0 || value > std::numeric_limits<int32_t>::max() ? 0 : static_cast<int32_t>(value);
}

Outcome OutcomeOf(PyObject* number) {
  const int32_t value = NumberOf(number);
  const bool known = value >= static_cast<int>(Outcome::kThrew) && value <= static_cast<int>(Outcome::kEventInvalid);
  return known ? static_cast<Outcome>(value) : Outcome::kThrew;
}

std::vector<StackFrame> FramesOf(PyObject* list) {
  std::vector<StackFrame> frames;
  const Py_ssize_t count = PyList_Check(list) ? PyList_GET_SIZE(list) : 0;
  for (Py_ssize_t i = 0; i < std::min(count, static_cast<Py_ssize_t>(kStackFramesMax)); ++i) {
    PyObject* const frame = PyList_GET_ITEM(list, i);
    if (!PyTuple_Check(frame) || PyTuple_GET_SIZE(frame) != 4) continue;
    frames.push_back(StackFrame{
        .function = FromPyStr(PyTuple_GET_ITEM(frame, 0), kStackNameBytesMax),
        .file = FromPyStr(PyTuple_GET_ITEM(frame, 1), kStackNameBytesMax),
        .line = NumberOf(PyTuple_GET_ITEM(frame, 2)),
        .column = NumberOf(PyTuple_GET_ITEM(frame, 3)),
    });
  }
  return frames;
}

}  // namespace

Failure ReadFailure(PyObject* failure) {
  if (!PyTuple_Check(failure) || PyTuple_GET_SIZE(failure) != 5) return Failure{.outcome = Outcome::kThrew};
  return Failure{
      .outcome = OutcomeOf(PyTuple_GET_ITEM(failure, 0)),
      .error =
          {
              .type = FromPyStr(PyTuple_GET_ITEM(failure, 1), kErrorTypeBytesMax),
              .message = FromPyStr(PyTuple_GET_ITEM(failure, 2), kErrorTextBytesMax),
              .stack = FromPyStr(PyTuple_GET_ITEM(failure, 3), kErrorTextBytesMax),
              .frames = FramesOf(PyTuple_GET_ITEM(failure, 4)),
          },
  };
}

Failure TakeException(Outcome outcome) {
  const PyRef error = PyRef::Own(PyErr_GetRaisedException());
  if (!error || PyErr_GivenExceptionMatches(error.get(), PyExc_MemoryError)) {
    return Failure{.outcome = Outcome::kMemoryLimit,
                   .error = {.type = "MemoryError", .message = "the function needs more memory than its limit"}};
  }
  const PyRef message = PyRef::Own(PyObject_Str(error.get()));
  PyErr_Clear();
  return Failure{
      .outcome = outcome,
      .error = {.type = Py_TYPE(error.get())->tp_name, .message = FromPyStr(message.get(), kErrorTextBytesMax)},
  };
}

}  // namespace mayfly::runtime
