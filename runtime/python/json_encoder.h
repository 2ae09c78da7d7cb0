// Python values to JSON.
#ifndef MAYFLY_RUNTIME_PYTHON_JSON_ENCODER_H_
#define MAYFLY_RUNTIME_PYTHON_JSON_ENCODER_H_

#include <Python.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "runtime/python/py_ref.h"

namespace mayfly::runtime {

// Writes one value as JSON text (RFC 8259, UTF-8, compact):
//   dict → object; list, tuple → array; str, int, float, bool, None as one expects, subclasses too (an IntEnum is its
//   number, a namedtuple an array); NaN and the infinities → null; anything else → its str(), as a string. Keys: str as
//   it is; bool, None, int and float as json.dumps writes them ("true", "null", "1", "1.5"); anything else → its str().
//   Text is written as it is, but a lone surrogate as its escape, \udxxx.
// str() may run the guest's code, which may change the containers being written: it can do no harm to the encoder.
class JsonEncoder {
 public:
  enum class Status {
    kOk,
    kTooLarge,   // more than `bytes_max`
    kTooDeep,    // nested more than `depth_max` deep
    kCircular,   // a container holds itself
    kException,  // the guest's str() raised, or memory is short: the Python exception is set
  };

  JsonEncoder(size_t bytes_max, int depth_max) : bytes_max_(bytes_max), depth_max_(depth_max) {}

  // Called once.
  Status Encode(PyObject* value) { return WriteValue(value); }

  // The text, after kOk.
  std::string Take() { return std::move(text_); }

 private:
  Status WriteValue(PyObject* value);
  Status WriteContainer(PyObject* container);
  Status WriteList(PyObject* list);
  Status WriteDict(PyObject* dict);
  Status WriteKey(PyObject* key);
  Status WriteInt(PyObject* number);
  Status WriteFloat(double number, std::string_view not_finite);
  Status WriteStr(PyObject* str);
  Status WriteStrOf(PyObject* object);
  Status Append(std::string_view piece);

  const size_t bytes_max_;
  const int depth_max_;
  std::vector<PyObject*> path_;  // the containers being written, outermost first; borrowed from their parents' items
  std::string text_;
};

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_PYTHON_JSON_ENCODER_H_
