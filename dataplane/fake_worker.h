// Workers that do what a test says, when it says so.
#ifndef MAYFLY_DATAPLANE_FAKE_WORKER_H_
#define MAYFLY_DATAPLANE_FAKE_WORKER_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "dataplane/worker.h"

namespace mayfly::dataplane {

// One worker as a test sees it, which outlives the worker. What is under way is non-null.
struct FakeProcess {
  runtime::Language language;
  int64_t memory_limit_bytes;
  runtime::LoadRequest load;
  runtime::RunRequest run;
  WorkerFactory::StartDone starting;
  Worker::LoadDone loading;
  Worker::RunDone running;
  Worker::PrepareDone preparing;
  absl::Duration cpu_time;
  int kills = 0;
  bool has_ended = false;
  bool alive = false;
  MemoryGate::Reservation memory;
  bool has_memory = true;
  bool lingers = false;  // what it has loaded stays when its owner has gone, until FakeWorkers::FinishExit

  void FreeMemory() {
    has_memory = false;
    memory.Release();
  }

  template <typename Done, typename... Arguments>
  static void Call(Done& done, Arguments&&... arguments) {
    std::exchange(done, nullptr)(std::forward<Arguments>(arguments)...);
  }
};

class FakeWorker final : public Worker {
 public:
  explicit FakeWorker(std::shared_ptr<FakeProcess> process) : process_(std::move(process)) { process_->alive = true; }
  ~FakeWorker() override {
    process_->alive = false;
    if (!process_->lingers || process_->load.function_id.empty()) process_->FreeMemory();
    // Moved out first: what they hold may be what is destroying this.
    auto loading = std::exchange(process_->loading, nullptr);
    auto running = std::exchange(process_->running, nullptr);
    auto preparing = std::exchange(process_->preparing, nullptr);
  }

  void Load(const runtime::LoadRequest& function, LoadDone done) override {
    process_->load = function;
    process_->loading = std::move(done);
  }
  void Run(const runtime::RunRequest& call, RunDone done) override {
    process_->run = call;
    process_->running = std::move(done);
  }
  void Prepare(PrepareDone done) override { process_->preparing = std::move(done); }
  absl::Duration CpuTime() override { return process_->cpu_time; }
  void Kill() override { ++process_->kills; }
  bool HasEnded() const override { return process_->has_ended; }
  int32_t pid() const override { return 1; }

 private:
  const std::shared_ptr<FakeProcess> process_;
};

// Keeps every process it was ever asked for, in order.
class FakeWorkers final : public WorkerFactory {
 public:
  // Before the pool is made.
  void set_renewal(Renewal renewal) { renewal_ = renewal; }

  Renewal renewal() const override { return renewal_; }
  // From now on the processes that end keep their memory until FinishExit.
  void set_linger() { linger_ = true; }

  void Start(runtime::Language language, int64_t memory_limit_bytes, MemoryGate::Reservation reservation,
             StartDone done) override {
    auto process = std::make_shared<FakeProcess>();
    process->language = language;
    process->memory_limit_bytes = memory_limit_bytes;
    process->memory = std::move(reservation);
    process->lingers = linger_;
    process->starting = [weak = std::weak_ptr(process),
                         done = std::move(done)](absl::StatusOr<std::unique_ptr<Worker>> worker) mutable {
      if (!worker.ok()) weak.lock()->FreeMemory();
      std::move(done)(std::move(worker));
    };
    processes.push_back(std::move(process));
  }

  FakeProcess& operator[](size_t index) { return *processes.at(index); }
  size_t size() const { return processes.size(); }

  void FinishStart(size_t index) {
    FakeProcess::Call((*this)[index].starting, std::make_unique<FakeWorker>(processes.at(index)));
  }
  void FinishLoad(size_t index, absl::StatusOr<runtime::LoadReply> reply = runtime::LoadReply(),
                  WorkerUsage usage = {}) {
    FakeProcess::Call((*this)[index].loading, std::move(reply), usage);
  }
  void FinishRun(size_t index, absl::StatusOr<runtime::RunReply> reply, WorkerUsage usage = {}) {
    FakeProcess::Call((*this)[index].running, std::move(reply), usage);
  }
  void FinishPrepare(size_t index, absl::Status status = absl::OkStatus()) {
    FakeProcess::Call((*this)[index].preparing, std::move(status));
  }
  void FinishStartAndLoad(size_t index) {
    FinishStart(index);
    FinishLoad(index);
  }
  void FinishRunAndPrepare(size_t index) {
    FinishRun(index, runtime::RunReply{.result = "null"});
    FinishPrepare(index);
  }

  void FinishExit(size_t index) { (*this)[index].FreeMemory(); }

  std::vector<std::shared_ptr<FakeProcess>> processes;

 private:
  bool linger_ = false;
  Renewal renewal_ = Renewal::kPrepare;
};

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_FAKE_WORKER_H_
