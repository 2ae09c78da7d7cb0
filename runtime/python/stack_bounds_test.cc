#include "runtime/python/stack_bounds.h"

#include <dlfcn.h>
#include <errno.h>
#include <gtest/gtest.h>
#include <pthread.h>
#include <sys/resource.h>

#include <cstddef>
#include <cstdint>
#include <thread>
#include <utility>

namespace mayfly::runtime {
namespace {

struct Bounds {
  uintptr_t lowest = 0;
  size_t size = 0;
  size_t guard_size = 0;

  bool operator==(const Bounds&) const = default;
};

using GetAttributes = int (*)(pthread_t, pthread_attr_t*);

Bounds BoundsBy(GetAttributes get) {
  pthread_attr_t attributes;
  EXPECT_EQ(get(pthread_self(), &attributes), 0);
  void* lowest = nullptr;
  Bounds bounds;
  EXPECT_EQ(pthread_attr_getstack(&attributes, &lowest, &bounds.size), 0);
  EXPECT_EQ(pthread_attr_getguardsize(&attributes, &bounds.guard_size), 0);
  EXPECT_EQ(pthread_attr_destroy(&attributes), 0);
  bounds.lowest = reinterpret_cast<uintptr_t>(lowest);
  return bounds;
}

GetAttributes Glibc() { return reinterpret_cast<GetAttributes>(dlsym(RTLD_NEXT, "pthread_getattr_np")); }

// What libpython finds: the function of the same name that comes first.
GetAttributes Linked() { return reinterpret_cast<GetAttributes>(dlsym(RTLD_DEFAULT, "pthread_getattr_np")); }

TEST(StackBoundsTest, TakesThePlaceOfGlibcs) {
  EXPECT_EQ(Linked(), &pthread_getattr_np);
  EXPECT_NE(Glibc(), &pthread_getattr_np);
}

TEST(StackBoundsTest, AreGlibcsTheFirstTimeAndAfterwards) {
  const Bounds expected = BoundsBy(Glibc());
  EXPECT_EQ(BoundsBy(&pthread_getattr_np), expected);
  EXPECT_EQ(BoundsBy(&pthread_getattr_np), expected);
}

// The errors of glibc's function and of this one while no file can be opened. Nothing else happens meanwhile: the
// sanitizers' own checks open files.
std::pair<int, int> ErrorsWithoutFiles() {
  rlimit before;
  getrlimit(RLIMIT_NOFILE, &before);
  const rlimit none = {.rlim_cur = 0, .rlim_max = before.rlim_max};
  pthread_attr_t attributes[2];
  const GetAttributes glibc = Glibc();
  setrlimit(RLIMIT_NOFILE, &none);
  const std::pair<int, int> errors = {glibc(pthread_self(), &attributes[0]),
                                      pthread_getattr_np(pthread_self(), &attributes[1])};
  setrlimit(RLIMIT_NOFILE, &before);
  return errors;
}

TEST(StackBoundsTest, NeedNoFileOnceTheyAreKnown) {
  const Bounds expected = BoundsBy(&pthread_getattr_np);
  EXPECT_EQ(ErrorsWithoutFiles(), std::make_pair(EMFILE, 0));
  EXPECT_EQ(BoundsBy(&pthread_getattr_np), expected);
}

TEST(StackBoundsTest, OfAnotherThreadAreItsOwn) {
  const Bounds main_thread = BoundsBy(&pthread_getattr_np);
  std::thread([main_thread] {
    EXPECT_EQ(BoundsBy(&pthread_getattr_np), BoundsBy(Glibc()));
    EXPECT_NE(BoundsBy(&pthread_getattr_np), main_thread);
  }).join();
}

}  // namespace
}  // namespace mayfly::runtime
