// Workers that are processes of the test engine (runtime/worker/test_engine_main.cc), for tests of what they answer.
#ifndef MAYFLY_DATAPLANE_WORKER_PROCESS_FIXTURE_H_
#define MAYFLY_DATAPLANE_WORKER_PROCESS_FIXTURE_H_

#include <gtest/gtest.h>
#include <poll.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <array>
#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <cstdint>
#include <cstdlib>
#include <future>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/unique_fd.h"
#include "dataplane/worker_process.h"

namespace mayfly::dataplane {
using runtime::Language;
using runtime::LoadReply;
using runtime::Outcome;
using runtime::RunReply;

inline constexpr int64_t kMemoryLimitBytes = 64 << 20;

inline std::string TestEngine() {
  return absl::StrCat(std::getenv("TEST_SRCDIR"), "/", std::getenv("TEST_WORKSPACE"), "/runtime/worker/test_engine");
}

// A reply with what the host measured.
template <typename Reply>
struct Measured {
  absl::StatusOr<Reply> reply;
  WorkerUsage usage;
};

inline UniqueFd OpenPidfd(pid_t pid) { return UniqueFd(static_cast<int>(syscall(SYS_pidfd_open, pid, 0))); }

// Waits, as long as it takes, until the process has ended.
inline void WaitForEnd(const UniqueFd& pidfd) {
  if (!pidfd.valid()) return;
  pollfd polled = {.fd = pidfd.get(), .events = POLLIN, .revents = 0};
  while (poll(&polled, 1, -1) < 0) {
  }
}

inline int64_t CpuNanos(pid_t pid) {
  clockid_t clock;
  timespec now = {};
  EXPECT_EQ(clock_getcpuclockid(pid, &clock), 0);
  EXPECT_EQ(clock_gettime(clock, &now), 0);
  return int64_t{now.tv_sec} * 1'000'000'000 + now.tv_nsec;
}

class WorkerProcessFixture : public testing::Test {
 protected:
  WorkerProcessFixture() {
    StartThreads();
    MakeFactory({});
  }

  ~WorkerProcessFixture() override {
    factory_.reset();
    FinishThreads();
  }

  void StartThreads() {
    context_.restart();
    work_.emplace(context_.get_executor());
    // Two, so that handlers meet.
    for (std::thread& thread : threads_) thread = std::thread([this] { context_.run(); });
  }

  // Returns when nothing is left to do: no handler, no wait.
  void FinishThreads() {
    work_.reset();
    for (std::thread& thread : threads_) thread.join();
  }

  void MakeFactory(WorkerProcessOptions options) {
    factory_.reset();
    if (options.js_binary.empty()) options.js_binary = TestEngine();
    options.python_binary = TestEngine();
    factory_ = std::make_unique<WorkerProcessFactory>(context_.get_executor(), options);
  }

  absl::StatusOr<std::unique_ptr<Worker>> TryStart(MemoryGate::Reservation reservation = {}) {
    std::promise<absl::StatusOr<std::unique_ptr<Worker>>> promise;
    auto future = promise.get_future();
    factory_->Start(Language::kJs, kMemoryLimitBytes, std::move(reservation),
                    [promise = std::move(promise)](auto worker) mutable { promise.set_value(std::move(worker)); });
    return future.get();
  }

  std::unique_ptr<Worker> Start() {
    absl::StatusOr<std::unique_ptr<Worker>> worker = TryStart();
    EXPECT_TRUE(worker.ok()) << worker.status();
    return *std::move(worker);
  }

  std::unique_ptr<Worker> StartLoaded() {
    std::unique_ptr<Worker> worker = Start();
    EXPECT_TRUE(Load(*worker, "ok").reply.ok());
    return worker;
  }

  static std::future<Measured<LoadReply>> BeginLoad(Worker& worker, const std::string& source) {
    std::promise<Measured<LoadReply>> promise;
    auto future = promise.get_future();
    worker.Load({.function_id = "f", .handler = "handler", .source = source},
                [promise = std::move(promise)](absl::StatusOr<LoadReply> reply, WorkerUsage usage) mutable {
                  promise.set_value({std::move(reply), usage});
                });
    return future;
  }

  static Measured<LoadReply> Load(Worker& worker, const std::string& source) { return BeginLoad(worker, source).get(); }

  static std::future<Measured<RunReply>> BeginRun(Worker& worker, const std::string& event) {
    std::promise<Measured<RunReply>> promise;
    auto future = promise.get_future();
    worker.Run({.event = event, .time_left = absl::Seconds(1), .invocation_id = "call-1"},
               [promise = std::move(promise)](absl::StatusOr<RunReply> reply, WorkerUsage usage) mutable {
                 promise.set_value({std::move(reply), usage});
               });
    return future;
  }

  static Measured<RunReply> Run(Worker& worker, const std::string& event) { return BeginRun(worker, event).get(); }

  // Returns when the guest has begun.
  static std::future<Measured<RunReply>> BeginEndlessRun(Worker& worker) {
    // More than reading the call takes.
    const int64_t begun = CpuNanos(worker.pid()) + 50'000'000;
    std::future<Measured<RunReply>> run = BeginRun(worker, "\"busy 600000\"");
    while (CpuNanos(worker.pid()) < begun) {
    }
    return run;
  }

  static absl::Status Prepare(Worker& worker) {
    std::promise<absl::Status> promise;
    auto future = promise.get_future();
    worker.Prepare([promise = std::move(promise)](absl::Status status) mutable { promise.set_value(status); });
    return future.get();
  }

  // The process that forked the worker.
  static pid_t ZygoteOf(Worker& worker) {
    pid_t pid = 0;
    EXPECT_TRUE(absl::SimpleAtoi(Run(worker, "\"parent\"").reply.value().result, &pid));
    return pid;
  }

  boost::asio::io_context context_;
  std::optional<boost::asio::executor_work_guard<boost::asio::io_context::executor_type>> work_;
  std::array<std::thread, 2> threads_;
  std::unique_ptr<WorkerProcessFactory> factory_;
};

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_WORKER_PROCESS_FIXTURE_H_
