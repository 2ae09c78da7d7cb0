// The unit of memory, and runs of it.
#ifndef MAYFLY_RUNTIME_REWIND_PAGE_H_
#define MAYFLY_RUNTIME_REWIND_PAGE_H_

#include <cstddef>
#include <cstdint>

namespace mayfly::runtime {

// The platform's (x86-64) page.
inline constexpr size_t kPageBytes = 4096;

// Whole pages: [begin, end).
struct PageRun {
  uintptr_t begin;
  uintptr_t end;

  size_t bytes() const { return end - begin; }
  size_t pages() const { return bytes() / kPageBytes; }
  char* data() const { return reinterpret_cast<char*>(begin); }
};

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_REWIND_PAGE_H_
