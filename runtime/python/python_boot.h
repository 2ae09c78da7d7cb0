// A zygote's CPython.
#ifndef MAYFLY_RUNTIME_PYTHON_PYTHON_BOOT_H_
#define MAYFLY_RUNTIME_PYTHON_PYTHON_BOOT_H_

#include <cstdint>
#include <memory>

#include "runtime/engine/engine.h"
#include "runtime/python/python_process.h"

namespace mayfly::runtime {

// Tells CPython of forks, and makes engines in the forked processes.
class PythonBoot : public EngineBoot {
 public:
  // `process` outlives it and the engines it makes.
  explicit PythonBoot(const PythonProcess& process) : process_(process) {}

  void BeforeFork() override;
  void AfterForkInParent() override;
  void AfterForkInChild() override;

  // The cap needs nothing of the engine: the sandbox's limit makes CPython's own allocations fail.
  std::unique_ptr<Engine> MakeEngine(int64_t memory_limit_bytes) override;

 private:
  const PythonProcess& process_;
};

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_PYTHON_PYTHON_BOOT_H_
