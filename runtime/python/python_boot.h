// A zygote's CPython.
#ifndef MAYFLY_RUNTIME_PYTHON_PYTHON_BOOT_H_
#define MAYFLY_RUNTIME_PYTHON_PYTHON_BOOT_H_

#include <cstdint>
#include <memory>

#include "runtime/engine/engine.h"
#include "runtime/python/python_engine.h"
#include "runtime/python/python_process.h"

namespace mayfly::runtime {

// Holds the interpreters that wait for a function, and gives each forked process its copy of it.
//
// CPython is not told of a fork by PyOS_BeforeFork and its fellows: they end every sub-interpreter in the child. What
// else they do is for locks that another thread may hold, and there is none; os.register_at_fork's handlers have
// nothing to do, because the standing interpreter has imported none of the modules that have some.
class PythonBoot : public EngineBoot {
 public:
  // `process` outlives it and the engines it makes.
  PythonBoot(const PythonProcess& process, Isolation isolation);

  void BeforeImage() override;
  void AfterForkInChild() override;

  // The cap needs nothing of the engine: the sandbox's limit makes CPython's own allocations fail.
  std::unique_ptr<Engine> MakeEngine(int64_t memory_limit_bytes) override;

 private:
  const PythonProcess& process_;
  const Isolation isolation_;
  // Main is borrowed before the sub-interpreter is made from it, and stays after that has ended. None under `fresh`.
  StandingGuest standing_main_;
  StandingGuest standing_;
};

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_PYTHON_PYTHON_BOOT_H_
