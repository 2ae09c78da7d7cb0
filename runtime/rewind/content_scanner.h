// Finds the pages that a process has made its own without asking the kernel.
#ifndef MAYFLY_RUNTIME_REWIND_CONTENT_SCANNER_H_
#define MAYFLY_RUNTIME_REWIND_CONTENT_SCANNER_H_

#include "runtime/rewind/checkpoint.h"
#include "runtime/rewind/page_scanner.h"
#include "runtime/rewind/unrestored_memory.h"

namespace mayfly::runtime {

// Takes those pages for the process's own that differ from what `checkpoint` has for them so far: from the zygote's
// image, or from zeroes. Needs no page map, which not every kernel has (gVisor's has none), and reads all of the
// memory: some milliseconds. Spans lie in the checkpoint's regions. `checkpoint` outlives the scanner, and may be made
// after it.
PageScanner* NewContentScanner(UnrestoredMemory& memory, const Checkpoint& checkpoint);

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_REWIND_CONTENT_SCANNER_H_
