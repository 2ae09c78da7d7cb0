// Where the main thread's stack lies, asked of the kernel once.
#ifndef MAYFLY_RUNTIME_PYTHON_STACK_BOUNDS_H_
#define MAYFLY_RUNTIME_PYTHON_STACK_BOUNDS_H_

#include <pthread.h>

// CPython asks glibc for the stack's bounds whenever it attaches a thread state for the first time
// (hardware_stack_limits in its Python/ceval.c): for each interpreter, and for each extension module that a
// sub-interpreter imports. For the main thread glibc reads /proc/self/maps each time, which was 14 % of a zygote's
// boot; and a worker may not read it, so that CPython guessed 4 MiB of 8, and under `fresh` each call but the first
// could recurse half as deep.
//
// Takes the place of glibc's function in a binary that links it. The main thread's bounds are read the first time and
// kept, in forked processes too; they change only with RLIMIT_STACK, which a worker can't set. Of other threads, and
// where the first reading fails, glibc is asked as ever. Of the attributes of the main thread only the stack's are
// given; the others have their defaults. Thread-safe only if the first call comes before there is a second thread.
extern "C" int pthread_getattr_np(pthread_t thread, pthread_attr_t* attributes) noexcept;

#endif  // MAYFLY_RUNTIME_PYTHON_STACK_BOUNDS_H_
