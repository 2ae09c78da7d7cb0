// The random number generators of the C libraries beneath Python's modules.
#ifndef MAYFLY_RUNTIME_PYTHON_LIBRARY_RANDOMNESS_H_
#define MAYFLY_RUNTIME_PYTHON_LIBRARY_RANDOMNESS_H_

#include <cstddef>

namespace mayfly::runtime {

// A generator that keeps its state in memory gives the same numbers after each rewind. OpenSSL's is replaced by the
// kernel's; SQLite's takes its seed from the kernel and is made to forget it.
class LibraryRandomness {
 public:
  // The handles (dlopen) of the modules _ssl and _sqlite3, which bring their libraries along; null where there is none.
  LibraryRandomness(void* ssl_module, void* sqlite_module);

  // Called before a checkpoint: what is drawn after it needs a new seed.
  void Forget() const;

 private:
  void (*sqlite_randomness_)(int bytes, void* output) = nullptr;
};

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_PYTHON_LIBRARY_RANDOMNESS_H_
