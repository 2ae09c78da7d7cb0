#include "runtime/python/stack_bounds.h"

#include <dlfcn.h>
#include <errno.h>
#include <unistd.h>

#include <cstddef>

namespace {

struct Stack {
  void* lowest = nullptr;
  size_t size = 0;
  size_t guard_size = 0;
};

// As glibc gives it to every caller.
int AskGlibc(pthread_t thread, pthread_attr_t* attributes) {
  static const auto ask = reinterpret_cast<decltype(&pthread_getattr_np)>(dlsym(RTLD_NEXT, "pthread_getattr_np"));
  return ask == nullptr ? ENOSYS : ask(thread, attributes);
}

Stack StackOf(const pthread_attr_t& attributes) {
  Stack stack;
  pthread_attr_getstack(&attributes, &stack.lowest, &stack.size);
  pthread_attr_getguardsize(&attributes, &stack.guard_size);
  return stack;
}

int Describe(const Stack& stack, pthread_attr_t* attributes) {
  if (const int error = pthread_attr_init(attributes); error != 0) return error;
  pthread_attr_setguardsize(attributes, stack.guard_size);
  return pthread_attr_setstack(attributes, stack.lowest, stack.size);
}

}  // namespace

extern "C" int pthread_getattr_np(pthread_t thread, pthread_attr_t* attributes) noexcept {
  static Stack main_stack;
  const bool is_main = gettid() == getpid() && pthread_equal(thread, pthread_self()) != 0;
  if (is_main && main_stack.size != 0) return Describe(main_stack, attributes);
  const int error = AskGlibc(thread, attributes);
  if (is_main && error == 0) main_stack = StackOf(*attributes);
  return error;
}
