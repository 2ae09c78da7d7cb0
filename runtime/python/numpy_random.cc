#include "runtime/python/numpy_random.h"

#include <sys/random.h>

#include <bit>
#include <cerrno>
#include <cstddef>
#include <cstdint>

#include "runtime/python/py_ref.h"

namespace mayfly::runtime {
namespace {

// numpy/random/bitgen.h begins with this pointer.
struct BitGenerator {
  void* state;
};

// numpy/random/src/mt19937/mt19937.h
constexpr int kKeyWords = 624;
struct Mt19937 {
  uint32_t key[kKeyWords];
  int position;
};

Mt19937* StateOf(PyObject* capsule) {
  auto* const generator = static_cast<BitGenerator*>(PyCapsule_GetPointer(capsule, "BitGenerator"));
  return generator == nullptr ? nullptr : static_cast<Mt19937*>(generator->state);
}

// xoshiro256**: 256 bits of seed, and words as good as the Mersenne Twister's own seeding gives.
class Expander {
 public:
  bool Seed() {
    return getrandom(state_, sizeof(state_), 0) == sizeof(state_) && (state_[0] | state_[1] | state_[2] | state_[3]);
  }

  uint64_t Next() {
    const uint64_t result = std::rotl(state_[1] * 5, 7) * 9;
    const uint64_t shifted = state_[1] << 17;
    state_[2] ^= state_[0];
    state_[3] ^= state_[1];
    state_[1] ^= state_[2];
    state_[0] ^= state_[3];
    state_[2] ^= shifted;
    state_[3] = std::rotl(state_[3], 45);
    return result;
  }

 private:
  uint64_t state_[4] = {};
};

}  // namespace

PyObject* ReadMt19937(PyObject*, PyObject* capsule) {
  const Mt19937* const state = StateOf(capsule);
  return state == nullptr ? nullptr : PyBytes_FromStringAndSize(reinterpret_cast<const char*>(state), sizeof(Mt19937));
}

PyObject* RedrawMt19937(PyObject*, PyObject* capsule) {
  Mt19937* const state = StateOf(capsule);
  if (state == nullptr) return nullptr;
  Expander expander;
  if (!expander.Seed()) return PyErr_SetFromErrno(PyExc_OSError);
  for (int i = 0; i < kKeyWords; i += 2) {
    const uint64_t words = expander.Next();
    state->key[i] = static_cast<uint32_t>(words);
    state->key[i + 1] = static_cast<uint32_t>(words >> 32);
  }
  // All of the key is used up: the first number makes the next one.
  state->position = kKeyWords;
  Py_RETURN_NONE;
}

PyObject* ReplaceMethod(PyObject*, PyObject* const* arguments, Py_ssize_t count) {
  if (count != 3 || !PyType_Check(arguments[0])) {
    PyErr_SetString(PyExc_TypeError, "a type, a name and a function");
    return nullptr;
  }
  auto* const type = reinterpret_cast<PyTypeObject*>(arguments[0]);
  const PyRef methods = PyRef::Own(PyType_GetDict(type));
  if (!methods || PyDict_SetItem(methods.get(), arguments[1], arguments[2]) < 0) return nullptr;
  PyType_Modified(type);
  Py_RETURN_NONE;
}

}  // namespace mayfly::runtime
