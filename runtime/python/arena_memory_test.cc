#include "runtime/python/arena_memory.h"

#include <Python.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <vector>

#include "base/limits.h"
#include "runtime/python/engine_test_util.h"
#include "runtime/python/python_process.h"

namespace mayfly::runtime {
namespace {

int MappingsOfThisProcess() {
  std::ifstream maps("/proc/self/maps");
  int count = 0;
  for (std::string line; std::getline(maps, line);) ++count;
  return count;
}

TEST(ArenaMemoryTest, ObjectsLiveInTheRegion) {
  const MemoryRegion& region = TestProcess().arenas().region();
  PyObject* const object = PyList_New(0);
  EXPECT_TRUE(region.Contains(object));
  Py_DECREF(object);
}

TEST(ArenaMemoryTest, ObjectsAndFramesMapNoMemory) {
  TestFunction function(R"(
def deep(n): return 0 if n == 0 else 1 + deep(n - 1)
def handler(event):
    kept = [str(i) for i in range(30_000)]
    return [len(kept), deep(900)]
)");
  TestProcess().arenas().Settle();
  const int before = MappingsOfThisProcess();
  const size_t committed = TestProcess().arenas().region().committed();
  EXPECT_EQ(function.Result(), "[30000,900]");
  EXPECT_EQ(MappingsOfThisProcess(), before);
  EXPECT_EQ(TestProcess().arenas().region().committed(), committed);
}

}  // namespace
}  // namespace mayfly::runtime
