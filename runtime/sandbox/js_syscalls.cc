// What V8 needs besides what is shared. JavaScript itself reaches no system call.
#include <errno.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>

#include <iterator>

#include "runtime/sandbox/syscall_policy.h"

namespace mayfly::runtime {
namespace {

constexpr AllowedSyscall kAllowed[] = {
    {"mmap", "V8's heap, and the code that it compiles, which is executable"},
    {"mprotect", "V8 makes pages of its reserve readable, writable, executable"},
    {"futex", "V8's locks"},
    {"getrusage", "the rewind asks for the thread's fault counter"},
    {"sched_getaffinity", "V8 asks for the number of cores"},
    {"sigaltstack", "V8's traps"},
};

std::vector<SyscallChoice> Choices() {
  constexpr uint32_t kRegister = static_cast<uint32_t>(UFFDIO_REGISTER);
  constexpr uint32_t kProtect = static_cast<uint32_t>(UFFDIO_WRITEPROTECT);
  return {
      {.name = "ioctl",
       .argument = 1,
       .error = ENOTTY,
       .allowed = {{kRegister, "UFFDIO_REGISTER", "the rewind has what is written recorded"},
                   {kProtect, "UFFDIO_WRITEPROTECT", "the rewind begins a new record"}}},
  };
}

}  // namespace

SyscallPolicy JsSyscalls() {
  return Join(SharedSyscalls(), {
                                    .allowed = {std::begin(kAllowed), std::end(kAllowed)},
                                    .conditional = {},
                                    .choices = Choices(),
                                    .guest_fds = {},
                                });
}

}  // namespace mayfly::runtime
