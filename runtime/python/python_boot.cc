#include "runtime/python/python_boot.h"

#include <Python.h>

#include "runtime/python/python_engine.h"

namespace mayfly::runtime {

void PythonBoot::BeforeFork() { PyOS_BeforeFork(); }

void PythonBoot::AfterForkInParent() { PyOS_AfterFork_Parent(); }

void PythonBoot::AfterForkInChild() { PyOS_AfterFork_Child(); }

std::unique_ptr<Engine> PythonBoot::MakeEngine(int64_t /*memory_limit_bytes*/) {
  return std::make_unique<PythonEngine>(process_);
}

}  // namespace mayfly::runtime
