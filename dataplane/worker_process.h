// A worker that is a process, and the factory that forks it from a zygote.
#ifndef MAYFLY_DATAPLANE_WORKER_PROCESS_H_
#define MAYFLY_DATAPLANE_WORKER_PROCESS_H_

#include <boost/asio/any_io_executor.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "dataplane/memory_gate.h"
#include "dataplane/worker.h"
#include "dataplane/worker_cgroups.h"
#include "dataplane/zygote.h"
#include "runtime/channel/sandbox_parts.h"
#include "runtime/rewind/rewind_way.h"

namespace mayfly::dataplane {

struct WorkerProcessOptions {
  // The workers' binaries: absolute paths.
  std::string js_binary;
  std::string python_binary;

  // How the workers rewind. Empty: they don't, and are asked to make themselves pristine.
  std::optional<runtime::RewindWay> rewind;

  // Whether they compare all of their memory with the checkpoint after each rewind, and end if anything differs.
  bool verify_rewind = false;

  runtime::SandboxParts sandbox;

  // Where each worker gets a control group of its own. Null: in none, they stay in the program's.
  std::shared_ptr<WorkerCgroups> cgroups;

  // --keep-crashed-worker: a worker that crashes stops, and stays until the program ends, so that a debugger can be
  // attached. Our log says how. Its call fails as it would have.
  bool keep_crashed = false;
};

// Makes workers that are processes. Holds one zygote for each language. The executor's context outlives the factory and
// all its workers. A `done` whose call has begun on another thread is not held up by a worker's destruction.
class WorkerProcessFactory final : public WorkerFactory {
 public:
  // Starts the zygotes, and does not wait until they are up.
  WorkerProcessFactory(boost::asio::any_io_executor executor, const WorkerProcessOptions& options);

  // Ends the zygotes and all workers, and waits until they are gone.
  ~WorkerProcessFactory() override;

  Renewal renewal() const override { return renewal_; }
  void Start(runtime::Language language, int64_t memory_limit_bytes, MemoryGate::Reservation reservation,
             StartDone done) override;

  Zygote::Stats zygote_stats(runtime::Language language) { return zygote(language).stats(); }

 private:
  absl::StatusOr<WorkerCgroup> MakeCgroup(int64_t memory_limit_bytes) const;
  Zygote& zygote(runtime::Language language);

  const boost::asio::any_io_executor executor_;
  const Renewal renewal_;
  const bool keep_crashed_;
  const std::shared_ptr<WorkerCgroups> cgroups_;
  Zygote js_;
  Zygote python_;
};

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_WORKER_PROCESS_H_
