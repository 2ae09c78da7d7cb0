#include "runtime/rewind/unrestored_memory.h"

#include <sys/mman.h>

#include "absl/log/check.h"

namespace mayfly::runtime {

UnrestoredMemory::UnrestoredMemory(size_t bytes) {
  void* const begin = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (begin != MAP_FAILED) all_ = {static_cast<char*>(begin), bytes};
}

void* UnrestoredMemory::Allocate(size_t bytes, size_t alignment) {
  const size_t place = (used_ + alignment - 1) / alignment * alignment;
  CHECK_LE(place, all_.size());
  CHECK_LE(bytes, all_.size() - place);
  used_ = place + bytes;
  return all_.data() + place;
}

}  // namespace mayfly::runtime
