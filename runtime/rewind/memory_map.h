// The mappings of a process, as the kernel lists them.
#ifndef MAYFLY_RUNTIME_REWIND_MEMORY_MAP_H_
#define MAYFLY_RUNTIME_REWIND_MEMORY_MAP_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace mayfly::runtime {

struct Mapping {
  uintptr_t begin;
  uintptr_t end;
  uint64_t offset;  // in its file
  uint64_t inode;   // 0: none
  int protection;   // PROT_*
  bool shared;
  bool stack;    // the main thread's
  bool special;  // the kernel's own: [vdso], [vvar], [vsyscall]

  // What a call's writes stay in, and so what a rewind restores.
  bool IsPrivateWritable() const;
};

// Parses /proc/PID/maps (proc(5)) into `mappings`. Allocates nothing. The number of lines, which may be more than fit;
// a line that can't be understood ends the parse with -1.
ptrdiff_t ParseMemoryMap(std::string_view text, std::span<Mapping> mappings);

// Reads a kept /proc/self/maps from its begin into `text`: its length, or -1 if it does not fit or can't be read.
ptrdiff_t ReadMemoryMap(int fd, std::span<char> text);

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_REWIND_MEMORY_MAP_H_
