// Memory that no rewind touches.
#ifndef MAYFLY_RUNTIME_REWIND_UNRESTORED_MEMORY_H_
#define MAYFLY_RUNTIME_REWIND_UNRESTORED_MEMORY_H_

#include <cstddef>
#include <span>
#include <type_traits>

namespace mayfly::runtime {

// Hands out parts of one shared mapping (a rewind restores private ones alone), for as long as the process lives: what
// is allocated is never freed, nor destroyed. All of it is zero at first, and takes memory when it is first written.
class UnrestoredMemory {
 public:
  // Reserves `bytes`; all() is empty if the kernel refuses.
  explicit UnrestoredMemory(size_t bytes);

  std::span<char> all() const { return all_; }

  // Room in which nothing is made yet. Ends the process when none is left, since the sizes are fixed.
  void* Allocate(size_t bytes, size_t alignment);

  template <typename T>
  std::span<T> AllocateArray(size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    return {static_cast<T*>(Allocate(count * sizeof(T), alignof(T))), count};
  }

 private:
  std::span<char> all_;
  size_t used_ = 0;
};

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_REWIND_UNRESTORED_MEMORY_H_
