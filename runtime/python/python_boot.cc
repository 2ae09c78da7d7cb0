#include "runtime/python/python_boot.h"

#include <Python.h>

#include <utility>

namespace mayfly::runtime {

PythonBoot::PythonBoot(const PythonProcess& process, Isolation isolation)
    : process_(process),
      isolation_(isolation),
      standing_main_(isolation == Isolation::kRewind ? MakeStandingGuest(process, PythonInterpreter::kMain)
                                                     : StandingGuest{}),
      standing_(MakeStandingGuest(process)) {}

void PythonBoot::BeforeImage() {
  for (const StandingGuest* standing : {&standing_main_, &standing_}) {
    if (standing->guest == nullptr) continue;
    standing->guest->Attach();
    // Without the memory for it, workers do more.
    if (!standing->guest->Settle()) PyErr_Clear();
  }
  process_.arenas().Settle();
}

// threading.main_thread() and the like ask for it anew, tools that look at a thread state do not.
void PythonBoot::AfterForkInChild() {
  for (PyThreadState* state : {PyThreadState_Get(), process_.main_thread_state()}) {
    state->native_thread_id = PyThread_get_thread_native_id();
  }
}

std::unique_ptr<Engine> PythonBoot::MakeEngine(int64_t /*memory_limit_bytes*/) {
  return std::make_unique<PythonEngine>(process_, isolation_, std::move(standing_), std::move(standing_main_));
}

}  // namespace mayfly::runtime
