// The unit of memory.
#ifndef MAYFLY_RUNTIME_REWIND_PAGE_H_
#define MAYFLY_RUNTIME_REWIND_PAGE_H_

#include <cstddef>

namespace mayfly::runtime {

// The platform's (x86-64) page.
inline constexpr size_t kPageBytes = 4096;

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_REWIND_PAGE_H_
