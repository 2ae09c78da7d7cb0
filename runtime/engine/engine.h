// What a worker needs of a language's engine. V8 and CPython each implement it in a folder of their own; nothing here
// knows either, nor protobuf, gRPC or HTTP.
#ifndef MAYFLY_RUNTIME_ENGINE_ENGINE_H_
#define MAYFLY_RUNTIME_ENGINE_ENGINE_H_

#include <memory>

#include "runtime/channel/messages.h"
#include "runtime/engine/log_buffer.h"

namespace mayfly::runtime {

// One function in one worker. Used by one thread. The life of an engine under `fresh`:
//
//   Load → (Run → Prepare)* → the process ends
//
// and under `rewind`, where the worker's memory goes back to the checkpoint after each Run:
//
//   Load → BeforeCheckpoint → checkpoint → (AfterCheckpoint → Run → rewind)* → the process ends
//
// After Load, and after each Prepare or rewind, the function stands loaded in a context that no event but the warm-up's
// has touched: its top level has run, its handler is resolved. Run spends that context.
//
// A guest may hang or end the process inside any of these: the host kills by deadline and sees the death.
class Engine {
 public:
  virtual ~Engine() = default;

  // Compiles the source, runs its top level, resolves the handler and calls it with each of the warm-up events
  // (kWarmUpRuns times). Called once, first. What the top level prints goes to `logs`. On any outcome but kReturned the
  // engine must not be used again.
  virtual LoadReply Load(const LoadRequest& function, LogBuffer& logs) = 0;

  // Calls the handler with the event and settles what it returns: promises and coroutines are awaited, timers and
  // microtasks run until the result is there; what is still pending then never runs. Fills all of the reply but `logs`,
  // which the caller takes from `logs`.
  virtual RunReply Run(const RunRequest& call, LogBuffer& logs) = 0;

  // Throws the spent context away and loads the function into a new one. What the top level prints this time is
  // dropped. False if it did not load (it did before, so it depends on time or chance): the worker then ends, and the
  // pool forks another.
  virtual bool Prepare() = 0;

  // The memory of now is what each call will start from: collects garbage, compiles ahead, and gives back what no call
  // needs. May run none of the guest's code.
  virtual void BeforeCheckpoint() = 0;

  // After the checkpoint and after each rewind, before the next Run: what came back with the memory and must not repeat
  // is drawn anew (the state of random number generators).
  virtual void AfterCheckpoint() = 0;
};

// A booted engine without guest code: what a zygote holds, and what its forked workers begin with. Made once per
// process.
class EngineBoot {
 public:
  virtual ~EngineBoot() = default;

  // Called once, before the zygote's memory becomes the image that its workers share: collects garbage.
  virtual void BeforeImage() {}

  // Called in each forked process, first.
  virtual void AfterForkInChild() {}

  // Called in the forked worker, before the sandbox is locked, once. `memory_limit_bytes` is the worker's cap.
  virtual std::unique_ptr<Engine> MakeEngine(int64_t memory_limit_bytes) = 0;
};

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_ENGINE_ENGINE_H_
