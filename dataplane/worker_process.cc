#include "dataplane/worker_process.h"

#include <unistd.h>

#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/post.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/unique_fd.h"
#include "dataplane/worker_life.h"
#include "runtime/channel/codec.h"

namespace mayfly::dataplane {
namespace {

using runtime::MessageType;

// The owner's handle on a worker's life.
class WorkerProcess final : public Worker {
 public:
  explicit WorkerProcess(std::shared_ptr<WorkerLife> life) : life_(std::move(life)) {}
  ~WorkerProcess() override { life_->Abandon(); }

  void Load(const runtime::LoadRequest& function, LoadDone done) override {
    life_->Request(MessageType::kLoad, runtime::EncodeLoadRequest(function), {}, std::move(done));
  }
  void Run(const runtime::RunRequest& call, RunDone done) override {
    life_->Request(MessageType::kRun, runtime::EncodeRunRequest(call), call.event, std::move(done));
  }
  void Prepare(PrepareDone done) override { life_->Request(MessageType::kPrepare, {}, {}, std::move(done)); }
  absl::Duration CpuTime() override { return life_->CpuTime(); }
  void Kill() override { life_->Kill(); }
  bool HasEnded() const override { return life_->has_ended(); }
  int32_t pid() const override { return life_->pid(); }

 private:
  const std::shared_ptr<WorkerLife> life_;
};

// What runtime/worker/zygote_arguments.h understands.
std::vector<std::string> ZygoteArguments(const WorkerProcessOptions& options) {
  std::vector<std::string> arguments;
  if (options.rewind.has_value()) {
    arguments.push_back(absl::StrCat("--rewind=", runtime::RewindWayName(*options.rewind)));
    if (options.verify_rewind) arguments.emplace_back("--verify-rewind");
  }
  if (!options.sandbox.landlock) arguments.emplace_back("--without-landlock");
  if (options.sandbox.namespaces) arguments.emplace_back("--namespaces");
  return arguments;
}

// Keeps it until the process has ended: its memory is free by then, whoever has it to reap, and whenever.
void KeepUntilEnd(const boost::asio::any_io_executor& executor, const UniqueFd& pidfd,
                  MemoryGate::Reservation reservation) {
  const auto end = std::make_shared<boost::asio::posix::stream_descriptor>(executor, dup(pidfd.get()));
  end->async_wait(end->wait_read, [end, reservation = std::move(reservation)](boost::system::error_code) {});
}

}  // namespace

WorkerProcessFactory::WorkerProcessFactory(boost::asio::any_io_executor executor, const WorkerProcessOptions& options)
    : executor_(executor),
      renewal_(options.rewind.has_value() ? Renewal::kItself : Renewal::kPrepare),
      keep_crashed_(options.keep_crashed),
      cgroups_(options.cgroups),
      js_(executor, {.name = "js", .binary = options.js_binary, .arguments = ZygoteArguments(options)}),
      python_(executor, {.name = "python", .binary = options.python_binary, .arguments = ZygoteArguments(options)}) {}

WorkerProcessFactory::~WorkerProcessFactory() = default;

void WorkerProcessFactory::Start(runtime::Language language, int64_t memory_limit_bytes,
                                 MemoryGate::Reservation reservation, StartDone done) {
  ForkDone forked =
      [executor = executor_, memory_limit_bytes, reservation = std::move(reservation),
       done = std::move(done)](absl::StatusOr<ForkedProcess> process) mutable -> std::shared_ptr<ProcessListener> {
    if (!process.ok()) {
      std::move(done)(process.status());
      return nullptr;
    }
    KeepUntilEnd(executor, process->pidfd, std::move(reservation));
    const auto life = std::make_shared<WorkerLife>(executor, *std::move(process), memory_limit_bytes);
    life->Start();
    auto worker = std::make_unique<WorkerProcess>(life);
    // Posted, so that the zygote's link knows whom to tell of its end before its owner can use it.
    boost::asio::post(executor, [done = std::move(done), worker = std::move(worker)]() mutable {
      std::move(done)(std::move(worker));
    });
    return life;
  };
  absl::StatusOr<WorkerCgroup> cgroup = MakeCgroup(memory_limit_bytes);
  if (!cgroup.ok()) {
    return boost::asio::post(
        executor_, [forked = std::move(forked), status = cgroup.status()]() mutable { std::move(forked)(status); });
  }
  zygote(language).Fork({
      .memory_limit_bytes = memory_limit_bytes,
      .keep_crashed = keep_crashed_,
      .cgroup = *std::move(cgroup),
      .done = std::move(forked),
  });
}

absl::StatusOr<WorkerCgroup> WorkerProcessFactory::MakeCgroup(int64_t memory_limit_bytes) const {
  if (cgroups_ == nullptr) return WorkerCgroup();
  return cgroups_->Make(
      CgroupMemoryBytes(memory_limit_bytes, renewal_ == Renewal::kItself ? HasCheckpoint::kYes : HasCheckpoint::kNo));
}

Zygote& WorkerProcessFactory::zygote(runtime::Language language) {
  switch (language) {
    case runtime::Language::kJs:
      return js_;
    case runtime::Language::kPython:
      return python_;
  }
  return js_;
}

}  // namespace mayfly::dataplane
