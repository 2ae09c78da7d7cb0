// Asynchronous write protection by userfaultfd: a write to a protected page lifts its protection, without asking
// anybody, and PAGEMAP_SCAN tells which pages that has happened to.
// https://docs.kernel.org/admin-guide/mm/userfaultfd.html
#ifndef MAYFLY_RUNTIME_REWIND_USERFAULTFD_H_
#define MAYFLY_RUNTIME_REWIND_USERFAULTFD_H_

#include <cstdint>

namespace mayfly::runtime {

// A userfaultfd for asynchronous write protection, which needs no privilege; -1 and errno if the kernel refuses. Not
// inherited by a fork.
int OpenUserfaultfd();

// Both take whole pages. False and errno if the kernel refuses.
bool RegisterForWriteProtection(int fd, uintptr_t begin, uintptr_t end);
bool WriteProtect(int fd, uintptr_t begin, uintptr_t end);

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_REWIND_USERFAULTFD_H_
