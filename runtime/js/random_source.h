// Randomness of the kernel, in small sips.
#ifndef MAYFLY_RUNTIME_JS_RANDOM_SOURCE_H_
#define MAYFLY_RUNTIME_JS_RANDOM_SOURCE_H_

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>

namespace mayfly::runtime::js {

// Draws from getrandom(2) by the system call itself: glibc's own keeps a state in memory, which a fork or a rewind
// would repeat. Used by one thread.
class RandomSource {
 public:
  // Fills `bytes` straight from the kernel.
  static void Fill(std::span<uint8_t> bytes);

  // Uniform in [0, 1), with 53 bits; from a small buffer.
  double NextDouble();

  // Drops the buffer. Called at the start of a call, so that no two calls share what a memory image holds.
  void Discard() { used_ = buffer_.size(); }

 private:
  std::array<uint64_t, 32> buffer_;
  size_t used_ = buffer_.size();
};

}  // namespace mayfly::runtime::js

#endif  // MAYFLY_RUNTIME_JS_RANDOM_SOURCE_H_
