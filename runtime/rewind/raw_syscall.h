// System calls that leave no trace in memory: libc's wrappers write errno, which is part of what a rewind restores.
#ifndef MAYFLY_RUNTIME_REWIND_RAW_SYSCALL_H_
#define MAYFLY_RUNTIME_REWIND_RAW_SYSCALL_H_

#include <sys/syscall.h>

namespace mayfly::runtime {

// The call's result, or the negated errno (x86-64's convention).
template <typename... Arguments>
inline long RawSyscall(long number, Arguments... arguments) {
  static_assert(sizeof...(Arguments) <= 6);
  long values[6] = {(long)arguments...};  // NOLINT(google-readability-casting): pointers and integers alike
  long result;
  register long r10 asm("r10") = values[3];
  register long r8 asm("r8") = values[4];
  register long r9 asm("r9") = values[5];
  asm volatile("syscall"
               : "=a"(result)
               : "a"(number), "D"(values[0]), "S"(values[1]), "d"(values[2]), "r"(r10), "r"(r8), "r"(r9)
               : "rcx", "r11", "memory");
  return result;
}

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_REWIND_RAW_SYSCALL_H_
