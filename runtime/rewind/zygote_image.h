// The memory of a zygote, as all its workers share it.
#ifndef MAYFLY_RUNTIME_REWIND_ZYGOTE_IMAGE_H_
#define MAYFLY_RUNTIME_REWIND_ZYGOTE_IMAGE_H_

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "absl/status/statusor.h"
#include "runtime/rewind/page.h"

namespace mayfly::runtime {

// A copy of a process's private writable memory in a file, mapped privately over the memory itself. What is not written
// to afterwards, in this process or in those forked from it, is one page of the file for all of them; and the file
// keeps, for each page that is, what it was.
class ZygoteImage {
 public:
  // A run of the process's pages, and where it begins in the image.
  struct Run {
    PageRun pages;
    size_t place;
  };

  // Takes the image of this process, which has one thread. The main thread's stack is left as it is. Errors:
  // UNAVAILABLE, and then memory is as it was.
  static absl::StatusOr<ZygoteImage> Take();

  // Sorted; they don't overlap.
  std::span<const Run> runs() const { return runs_; }

  // The image itself; read-only, mapped as long as the process and its children live.
  const char* base() const { return base_; }

  // Private writable memory that the kernel may drop at any time (what its getrandom keeps in user space): it is in no
  // image, and no rewind may bring it back. Sorted.
  std::span<const PageRun> droppable() const { return droppable_; }

 private:
  ZygoteImage() = default;

  std::vector<Run> runs_;
  std::vector<PageRun> droppable_;
  const char* base_ = nullptr;
};

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_REWIND_ZYGOTE_IMAGE_H_
