#include "runtime/python/json_encoder.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <memory>

namespace mayfly::runtime {
namespace {

constexpr char kHex[] = "0123456789abcdef";

void AppendUnicodeEscape(std::string& text, Py_UCS4 unit) {
  text += "\\u";
  for (int shift = 12; shift >= 0; shift -= 4) text += kHex[(unit >> shift) & 0xF];
}

void AppendControl(std::string& text, Py_UCS4 c) {
  switch (c) {
    case '"':
      text += "\\\"";
      return;
    case '\\':
      text += "\\\\";
      return;
    case '\b':
      text += "\\b";
      return;
    case '\f':
      text += "\\f";
      return;
    case '\n':
      text += "\\n";
      return;
    case '\r':
      text += "\\r";
      return;
    case '\t':
      text += "\\t";
      return;
  }
  AppendUnicodeEscape(text, c);
}

void AppendUtf8(std::string& text, Py_UCS4 c) {
  if (c < 0x800) {
    text += static_cast<char>(0xC0 | (c >> 6));
  } else {
    if (c < 0x10000) {
      text += static_cast<char>(0xE0 | (c >> 12));
    } else {
      text += static_cast<char>(0xF0 | (c >> 18));
      text += static_cast<char>(0x80 | ((c >> 12) & 0x3F));
    }
    text += static_cast<char>(0x80 | ((c >> 6) & 0x3F));
  }
  text += static_cast<char>(0x80 | (c & 0x3F));
}

// Stops early, with more than `bytes_max` bytes in `text`, when the rest can't fit.
template <typename Unit>
void AppendEscaped(std::string& text, const Unit* units, Py_ssize_t count, size_t bytes_max) {
  for (Py_ssize_t i = 0; i < count && text.size() <= bytes_max; ++i) {
    const Py_UCS4 c = units[i];
    if (c < 0x20 || c == '"' || c == '\\') {
      AppendControl(text, c);
    } else if (c < 0x80) {
      text += static_cast<char>(c);
    } else if (c >= 0xD800 && c <= 0xDFFF) {
      AppendUnicodeEscape(text, c);
    } else {
      AppendUtf8(text, c);
    }
  }
}

}  // namespace

JsonEncoder::Status JsonEncoder::WriteValue(PyObject* value) {
  if (value == Py_None) return Append("null");
  if (value == Py_True) return Append("true");
  if (value == Py_False) return Append("false");
  if (PyUnicode_Check(value)) return WriteStr(value);
  if (PyLong_Check(value)) return WriteInt(value);
  if (PyFloat_Check(value)) return WriteFloat(PyFloat_AS_DOUBLE(value), "null");
  if (PyDict_Check(value) || PyList_Check(value) || PyTuple_Check(value)) return WriteContainer(value);
  return WriteStrOf(value);
}

JsonEncoder::Status JsonEncoder::WriteContainer(PyObject* container) {
  if (path_.size() == static_cast<size_t>(depth_max_)) {
    std::sort(path_.begin(), path_.end());
    const bool repeats = std::adjacent_find(path_.begin(), path_.end()) != path_.end() ||
                         std::binary_search(path_.begin(), path_.end(), container);
    return repeats ? Status::kCircular : Status::kTooDeep;
  }
  path_.push_back(container);
  const Status status = PyDict_Check(container) ? WriteDict(container) : WriteList(container);
  if (status == Status::kOk) path_.pop_back();
  return status;
}

JsonEncoder::Status JsonEncoder::WriteList(PyObject* list) {
  text_ += '[';
  const bool is_list = PyList_Check(list);
  // The size is read anew each time: an element's str() may change a list.
  for (Py_ssize_t i = 0; i < (is_list ? PyList_GET_SIZE(list) : PyTuple_GET_SIZE(list)); ++i) {
    if (i > 0) text_ += ',';
    const PyRef item = PyRef::Share(is_list ? PyList_GET_ITEM(list, i) : PyTuple_GET_ITEM(list, i));
    const Status status = WriteValue(item.get());
    if (status != Status::kOk) return status;
  }
  return Append("]");
}

JsonEncoder::Status JsonEncoder::WriteDict(PyObject* dict) {
  // A copy, because str() may change the dict; a subclass says itself what its items are, as for json.dumps.
  const PyRef items = PyRef::Own(PyMapping_Items(dict));
  if (!items) return Status::kException;
  text_ += '{';
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(items.get()); ++i) {
    if (i > 0) text_ += ',';
    PyObject* const item = PyList_GET_ITEM(items.get(), i);
    if (!PyTuple_Check(item) || PyTuple_GET_SIZE(item) != 2) {
      PyErr_SetString(PyExc_ValueError, "items() must return pairs");
      return Status::kException;
    }
    Status status = WriteKey(PyTuple_GET_ITEM(item, 0));
    text_ += ':';
    if (status == Status::kOk) status = WriteValue(PyTuple_GET_ITEM(item, 1));
    if (status != Status::kOk) return status;
  }
  return Append("}");
}

JsonEncoder::Status JsonEncoder::WriteKey(PyObject* key) {
  if (PyUnicode_Check(key)) return WriteStr(key);
  const bool plain = key == Py_None || PyBool_Check(key) || PyLong_Check(key) || PyFloat_Check(key);
  if (!plain) return WriteStrOf(key);
  text_ += '"';
  const double number = PyFloat_Check(key) ? PyFloat_AS_DOUBLE(key) : 0;
  const Status status = PyFloat_Check(key) ? WriteFloat(number, std::isnan(number) ? "NaN"
                                                                : number > 0       ? "Infinity"
                                                                                   : "-Infinity")
                                           : WriteValue(key);
  text_ += '"';
  return status;
}

JsonEncoder::Status JsonEncoder::WriteInt(PyObject* number) {
  int overflow = 0;
  const long long small = PyLong_AsLongLongAndOverflow(number, &overflow);
  if (overflow == 0) {
    char digits[24];
    return Append(std::string_view(digits, std::to_chars(digits, digits + sizeof(digits), small).ptr - digits));
  }
  // int's own repr: a subclass (an enum) may have another.
  const PyRef repr = PyRef::Own(PyLong_Type.tp_repr(number));
  Py_ssize_t size = 0;
  const char* const digits = repr ? PyUnicode_AsUTF8AndSize(repr.get(), &size) : nullptr;
  return digits == nullptr ? Status::kException : Append(std::string_view(digits, size));
}

JsonEncoder::Status JsonEncoder::WriteFloat(double number, std::string_view not_finite) {
  if (!std::isfinite(number)) return Append(not_finite);
  const std::unique_ptr<char, decltype(&PyMem_Free)> digits(
      PyOS_double_to_string(number, 'r', 0, Py_DTSF_ADD_DOT_0, nullptr), &PyMem_Free);
  return digits == nullptr ? Status::kException : Append(digits.get());
}

JsonEncoder::Status JsonEncoder::WriteStr(PyObject* str) {
  const Py_ssize_t length = PyUnicode_GET_LENGTH(str);
  if (static_cast<size_t>(length) > bytes_max_) return Status::kTooLarge;
  text_ += '"';
  switch (PyUnicode_KIND(str)) {
    case PyUnicode_1BYTE_KIND:
      AppendEscaped(text_, PyUnicode_1BYTE_DATA(str), length, bytes_max_);
      break;
    case PyUnicode_2BYTE_KIND:
      AppendEscaped(text_, PyUnicode_2BYTE_DATA(str), length, bytes_max_);
      break;
    case PyUnicode_4BYTE_KIND:
      AppendEscaped(text_, PyUnicode_4BYTE_DATA(str), length, bytes_max_);
      break;
  }
  return Append("\"");
}

JsonEncoder::Status JsonEncoder::WriteStrOf(PyObject* object) {
  const PyRef str = PyRef::Own(PyObject_Str(object));
  return str ? WriteStr(str.get()) : Status::kException;
}

JsonEncoder::Status JsonEncoder::Append(std::string_view piece) {
  text_ += piece;
  return text_.size() > bytes_max_ ? Status::kTooLarge : Status::kOk;
}

}  // namespace mayfly::runtime
