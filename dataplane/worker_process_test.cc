#include "dataplane/worker_process.h"

#include <errno.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <future>
#include <iterator>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/unique_fd.h"
#include "dataplane/worker_process_fixture.h"

namespace mayfly::dataplane {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

std::set<std::string> OpenFds() {
  std::set<std::string> fds;
  for (const auto& entry : std::filesystem::directory_iterator("/proc/self/fd")) {
    std::error_code error;
    const std::string target = std::filesystem::read_symlink(entry.path(), error).string();
    if (!error) fds.insert(absl::StrCat(entry.path().filename().string(), " ", target));
  }
  return fds;
}

class WorkerProcessTest : public WorkerProcessFixture {};

TEST_F(WorkerProcessTest, LoadsRunsAndPrepares) {
  const std::unique_ptr<Worker> worker = Start();
  const Measured<LoadReply> loaded = Load(*worker, "ok");
  ASSERT_TRUE(loaded.reply.ok()) << loaded.reply.status();
  EXPECT_EQ(loaded.reply->outcome, Outcome::kReturned);
  ASSERT_EQ(loaded.reply->logs.entries.size(), 1u);
  EXPECT_EQ(loaded.reply->logs.entries[0].text, "loaded");
  for (int i = 0; i < 3; ++i) {
    const Measured<RunReply> ran = Run(*worker, R"({"a":[1,"b"]})");
    ASSERT_TRUE(ran.reply.ok()) << ran.reply.status();
    EXPECT_EQ(ran.reply->outcome, Outcome::kReturned);
    EXPECT_EQ(ran.reply->result, R"({"a":[1,"b"]})");
    ASSERT_EQ(ran.reply->logs.entries.size(), 1u);
    EXPECT_EQ(ran.reply->logs.entries[0].text, "call-1");
    EXPECT_EQ(Prepare(*worker), absl::OkStatus());
  }
}

TEST_F(WorkerProcessTest, CarriesWhatTheGuestDidWrong) {
  const std::unique_ptr<Worker> worker = Start();
  const Measured<LoadReply> loaded = Load(*worker, "invalid");
  EXPECT_EQ(loaded.reply.value().outcome, Outcome::kSourceInvalid);
  EXPECT_EQ(loaded.reply->error.type, "SyntaxError");

  const std::unique_ptr<Worker> other = StartLoaded();
  const Measured<RunReply> ran = Run(*other, "\"throw it\"");
  EXPECT_EQ(ran.reply.value().outcome, Outcome::kThrew);
  EXPECT_EQ(ran.reply->error.message, "it");
  EXPECT_EQ(ran.reply->result, "");
}

TEST_F(WorkerProcessTest, CarriesTheLargestEventAndResult) {
  const std::unique_ptr<Worker> worker = StartLoaded();
  const std::string event = absl::StrCat("[\"", std::string(kEventBytesMax - 4, 'e'), "\"]");
  EXPECT_EQ(Run(*worker, event).reply.value().result, event);
  EXPECT_EQ(Prepare(*worker), absl::OkStatus());
}

TEST_F(WorkerProcessTest, AResultTooLargeOrTooDeepIsAnOutcome) {
  const std::unique_ptr<Worker> worker = StartLoaded();
  EXPECT_EQ(Run(*worker, absl::StrCat("\"large ", kResultBytesMax - 1, "\"")).reply.value().outcome,
            Outcome::kResultTooLarge);
  EXPECT_EQ(Run(*worker, "\"deep\"").reply.value().outcome, Outcome::kResultNotSerializable);
  EXPECT_EQ(Run(*worker, absl::StrCat("\"large ", kResultBytesMax - 2, "\"")).reply.value().result.size(),
            kResultBytesMax);
}

TEST_F(WorkerProcessTest, AWorkerInheritsNothing) {
  const std::unique_ptr<Worker> worker = StartLoaded();
  EXPECT_EQ(Run(*worker, "\"fds\"").reply.value().result, "[0,1,2,3]");
  EXPECT_EQ(Run(*worker, "\"environment\"").reply.value().result, R"(["TZ=UTC","LANG=C.UTF-8"])");
}

TEST_F(WorkerProcessTest, AWorkerIsLockedIn) {
  const std::unique_ptr<Worker> worker = StartLoaded();
  EXPECT_EQ(Run(*worker, "\"open /etc/passwd\"").reply.value().result, absl::StrCat(EACCES));
  std::ifstream status(absl::StrCat("/proc/", worker->pid(), "/status"));
  EXPECT_THAT(std::string(std::istreambuf_iterator<char>(status), {}), HasSubstr("\nSeccomp:\t2\n"));
}

TEST_F(WorkerProcessTest, AWorkerLeavesItsCoreToTheHost) {
  const std::unique_ptr<Worker> worker = StartLoaded();
  EXPECT_EQ(sched_getscheduler(worker->pid()), SCHED_BATCH);
}

TEST_F(WorkerProcessTest, AnExitIsACrashThatNamesItsCode) {
  const std::unique_ptr<Worker> worker = StartLoaded();
  const absl::Status status = Run(*worker, "\"exit 7\"").reply.status();
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal);
  EXPECT_EQ(ErrorReason(status), "WORKER_CRASHED");
  EXPECT_THAT(status.message(), HasSubstr("exited with code 7"));
}

TEST_F(WorkerProcessTest, ASignalIsACrashThatNamesIt) {
  const std::unique_ptr<Worker> worker = StartLoaded();
  const absl::Status status = Run(*worker, "\"abort\"").reply.status();
  EXPECT_EQ(ErrorReason(status), "WORKER_CRASHED");
  EXPECT_THAT(status.message(), HasSubstr("SIGABRT"));
}

TEST_F(WorkerProcessTest, ACrashInALoadIsTold) {
  const std::unique_ptr<Worker> worker = Start();
  EXPECT_EQ(ErrorReason(Load(*worker, "abort").reply.status()), "WORKER_CRASHED");
}

TEST_F(WorkerProcessTest, TheMemoryLimitsExitCodeIsNoCrash) {
  const std::unique_ptr<Worker> worker = StartLoaded();
  const absl::Status status = Run(*worker, "\"exit 90\"").reply.status();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ErrorReason(status), "MEMORY_LIMIT");
  EXPECT_THAT(status.message(), HasSubstr("64 MiB"));
}

TEST_F(WorkerProcessTest, ADeadWorkerAnswersEveryRequest) {
  const std::unique_ptr<Worker> worker = StartLoaded();
  EXPECT_EQ(ErrorReason(Run(*worker, "\"exit 1\"").reply.status()), "WORKER_CRASHED");
  EXPECT_TRUE(worker->HasEnded());
  EXPECT_EQ(Run(*worker, "1").reply.status().code(), absl::StatusCode::kAborted);
  EXPECT_EQ(ErrorReason(Prepare(*worker)), "WORKER_CRASHED");
}

TEST_F(WorkerProcessTest, AFunctionThatDoesNotLoadAgainEndsItsWorker) {
  const std::unique_ptr<Worker> worker = Start();
  ASSERT_TRUE(Load(*worker, "unprepared").reply.ok());
  const absl::Status status = Prepare(*worker);
  EXPECT_EQ(ErrorReason(status), "WORKER_CRASHED");
  EXPECT_THAT(status.message(), HasSubstr("not again"));
}

TEST_F(WorkerProcessTest, AMalformedReplyIsADeadWorker) {
  for (const std::string event : {"\"garbage\"", "\"lie\"", "\"plant\""}) {
    const std::unique_ptr<Worker> worker = StartLoaded();
    EXPECT_EQ(Run(*worker, "1").reply.value().result, "1");
    const UniqueFd pidfd = OpenPidfd(worker->pid());
    const absl::Status status = Run(*worker, event).reply.status();
    EXPECT_EQ(ErrorReason(status), "WORKER_CRASHED") << event;
    EXPECT_THAT(status.message(), HasSubstr("malformed")) << event;
    WaitForEnd(pidfd);
  }
}

TEST_F(WorkerProcessTest, AWorkerThatClosesItsChannelIsKilled) {
  const std::unique_ptr<Worker> worker = StartLoaded();
  const UniqueFd pidfd = OpenPidfd(worker->pid());
  EXPECT_EQ(ErrorReason(Run(*worker, "\"close\"").reply.status()), "WORKER_CRASHED");
  WaitForEnd(pidfd);
}

TEST_F(WorkerProcessTest, AKillEndsWhatIsUnderWay) {
  const std::unique_ptr<Worker> worker = StartLoaded();
  const UniqueFd pidfd = OpenPidfd(worker->pid());
  std::future<Measured<RunReply>> run = BeginRun(*worker, "\"hang\"");
  worker->Kill();
  const absl::Status status = run.get().reply.status();
  EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  // The process is gone by then.
  pollfd polled = {.fd = pidfd.get(), .events = POLLIN, .revents = 0};
  EXPECT_EQ(poll(&polled, 1, 0), 1);
  EXPECT_EQ(Run(*worker, "1").reply.status().code(), absl::StatusCode::kCancelled);
}

TEST_F(WorkerProcessTest, AKillOfAnIdleWorkerEndsIt) {
  const std::unique_ptr<Worker> worker = StartLoaded();
  const UniqueFd pidfd = OpenPidfd(worker->pid());
  worker->Kill();
  WaitForEnd(pidfd);
  EXPECT_EQ(Prepare(*worker).code(), absl::StatusCode::kCancelled);
}

TEST_F(WorkerProcessTest, DestroyingAWorkerKillsItAndDropsItsDone) {
  std::unique_ptr<Worker> worker = StartLoaded();
  const UniqueFd pidfd = OpenPidfd(worker->pid());
  std::future<Measured<RunReply>> run = BeginRun(*worker, "\"hang\"");
  worker.reset();
  WaitForEnd(pidfd);
  EXPECT_THROW(run.get(), std::future_error);  // the promise died with the done
}

TEST_F(WorkerProcessTest, AWorkerMayBeDestroyedFromItsDone) {
  std::unique_ptr<Worker> worker = StartLoaded();
  std::promise<void> destroyed;
  worker->Run({.event = "1"}, [&](absl::StatusOr<RunReply> reply, WorkerUsage) {
    worker.reset();
    destroyed.set_value();
  });
  destroyed.get_future().get();
}

TEST_F(WorkerProcessTest, CpuTimeIsTheCallsOwn) {
  const std::unique_ptr<Worker> worker = StartLoaded();
  const absl::Duration busy = Run(*worker, "\"busy 50\"").usage.cpu_time;
  EXPECT_GE(busy, absl::Milliseconds(49));
  EXPECT_LT(Run(*worker, "1").usage.cpu_time, absl::Milliseconds(40));
}

// The kernel counts a running process's time when it stops or at a tick. The replies of such calls come long before
// both.
TEST_F(WorkerProcessTest, CpuTimeOfAShortCallIsWhole) {
  const std::unique_ptr<Worker> worker = StartLoaded();
  absl::Duration least = absl::InfiniteDuration();
  for (int i = 0; i < 200; ++i) least = std::min(least, Run(*worker, "\"spin\"").usage.cpu_time);
  EXPECT_GT(least, absl::Microseconds(20));
}

TEST_F(WorkerProcessTest, ACallThatEndsItsWorkerIsMeasuredToo) {
  const std::unique_ptr<Worker> worker = StartLoaded();
  Run(*worker, "\"busy 100\"");
  const Measured<RunReply> ended = Run(*worker, "\"busy-exit 30\"");
  EXPECT_EQ(ErrorReason(ended.reply.status()), "WORKER_CRASHED");
  EXPECT_GE(ended.usage.cpu_time, absl::Milliseconds(29));
  EXPECT_LT(ended.usage.cpu_time, absl::Milliseconds(100));
  EXPECT_GT(ended.usage.peak_memory_kib, 1024);
}

TEST_F(WorkerProcessTest, PeakMemoryIsTheCallsOwn) {
  const std::unique_ptr<Worker> worker = StartLoaded();
  const int32_t idle = Run(*worker, "1").usage.peak_memory_kib;
  const int32_t greedy = Run(*worker, "\"alloc 40\"").usage.peak_memory_kib;
  const int32_t after = Run(*worker, "1").usage.peak_memory_kib;
  EXPECT_GT(idle, 1024);
  EXPECT_GE(greedy, idle + 39 * 1024);
  EXPECT_LE(greedy, idle + 48 * 1024);
  EXPECT_LT(after, idle + 8 * 1024);
}

TEST_F(WorkerProcessTest, AZygoteThatIsKilledTakesItsWorkersAndComesBack) {
  const std::unique_ptr<Worker> worker = StartLoaded();
  const pid_t zygote = ZygoteOf(*worker);
  const UniqueFd worker_pidfd = OpenPidfd(worker->pid());
  std::future<Measured<RunReply>> run = BeginEndlessRun(*worker);
  kill(zygote, SIGKILL);
  const absl::Status status = run.get().reply.status();
  EXPECT_EQ(ErrorReason(status), "WORKER_CRASHED");
  EXPECT_THAT(status.message(), HasSubstr("zygote"));
  WaitForEnd(worker_pidfd);

  const std::unique_ptr<Worker> next = StartLoaded();
  EXPECT_NE(ZygoteOf(*next), zygote);
}

TEST_F(WorkerProcessTest, AForkAskedOfADyingZygoteIsDoneByTheNext) {
  const std::unique_ptr<Worker> worker = StartLoaded();
  const pid_t zygote = ZygoteOf(*worker);
  kill(zygote, SIGSTOP);
  std::promise<absl::StatusOr<std::unique_ptr<Worker>>> promise;
  factory_->Start(Language::kJs, kMemoryLimitBytes, {}, [&](auto next) { promise.set_value(std::move(next)); });
  kill(zygote, SIGKILL);
  const absl::StatusOr<std::unique_ptr<Worker>> next = promise.get_future().get();
  ASSERT_TRUE(next.ok()) << next.status();
  EXPECT_TRUE(Load(**next, "ok").reply.ok());
}

TEST_F(WorkerProcessTest, MoreForksThanMayWaitAreRefused) {
  const std::unique_ptr<Worker> worker = StartLoaded();
  const pid_t zygote = ZygoteOf(*worker);
  kill(zygote, SIGSTOP);
  std::vector<std::future<absl::Status>> started;
  for (int i = 0; i <= kForksPendingMax; ++i) {
    std::promise<absl::Status> promise;
    started.push_back(promise.get_future());
    factory_->Start(Language::kJs, kMemoryLimitBytes, {},
                    [promise = std::move(promise)](auto next) mutable { promise.set_value(next.status()); });
  }
  EXPECT_EQ(started.back().get(), absl::UnavailableError(absl::StrCat(kForksPendingMax, " forks are under way")));
  started.pop_back();
  kill(zygote, SIGCONT);
  for (std::future<absl::Status>& status : started) EXPECT_EQ(status.get(), absl::OkStatus());
}

TEST_F(WorkerProcessTest, ABinaryThatIsNotThereIsAnError) {
  MakeFactory({.js_binary = "/nonexistent/mayfly-js-worker"});
  const absl::Status status = TryStart().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(status.message(), StartsWith("the js zygote is not up: "));
}

TEST_F(WorkerProcessTest, ABinaryThatEndsAtOnceIsAnError) {
  MakeFactory({.js_binary = "/bin/false"});
  const absl::Status status = TryStart().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_THAT(status.message(), StartsWith("the js zygote is not up: "));
}

TEST_F(WorkerProcessTest, AFloodOfStderrHoldsNobodyUp) {
  const std::unique_ptr<Worker> worker = StartLoaded();
  const std::string flood = absl::StrCat("\"stderr ", std::string(200'000, 'x'), "\"");
  for (int i = 0; i < 3; ++i) EXPECT_TRUE(Run(*worker, flood).reply.ok());
}

TEST_F(WorkerProcessTest, ACrashedWorkerIsKeptWhenAsked) {
  MakeFactory({.keep_crashed = true});
  std::unique_ptr<Worker> worker = StartLoaded();
  const pid_t pid = worker->pid();
  const UniqueFd pidfd = OpenPidfd(pid);
  const absl::Status status = Run(*worker, "\"abort\"").reply.status();
  EXPECT_EQ(ErrorReason(status), "WORKER_CRASHED");
  EXPECT_THAT(status.message(), HasSubstr("kept for a debugger"));
  worker->Kill();
  worker.reset();
  std::ifstream stat(absl::StrCat("/proc/", pid, "/stat"));
  std::string line;
  std::getline(stat, line);
  EXPECT_THAT(line, HasSubstr(") T "));
  factory_.reset();
  WaitForEnd(pidfd);
}

TEST_F(WorkerProcessTest, ItsMemoryIsCountedUntilItsProcessHasGone) {
  for (const bool with_zygote : {false, true}) {
    const std::shared_ptr<MemoryGate> gate = MemoryGate::Create(1);
    MemoryGate::Reservation reservation;
    gate->Enter(1, gate, [&](MemoryGate::Reservation given) { reservation = std::move(given); });
    absl::StatusOr<std::unique_ptr<Worker>> worker = TryStart(std::move(reservation));
    ASSERT_TRUE(worker.ok()) << worker.status();
    ASSERT_TRUE(Load(**worker, "ok").reply.ok());
    const UniqueFd pidfd = OpenPidfd((*worker)->pid());
    std::promise<bool> is_gone;
    gate->Enter(1, gate, [&](const MemoryGate::Reservation&) {
      pollfd polled = {.fd = pidfd.get(), .events = POLLIN, .revents = 0};
      is_gone.set_value(poll(&polled, 1, 0) == 1);
    });
    if (with_zygote) {
      kill(ZygoteOf(**worker), SIGKILL);
    } else {
      worker->reset();
    }
    EXPECT_TRUE(is_gone.get_future().get()) << with_zygote;
  }
}

TEST_F(WorkerProcessTest, AForkThatFailsGivesItsMemoryBack) {
  MakeFactory({.js_binary = "/nonexistent/mayfly-js-worker"});
  const std::shared_ptr<MemoryGate> gate = MemoryGate::Create(1);
  MemoryGate::Reservation reservation;
  gate->Enter(1, gate, [&](MemoryGate::Reservation given) { reservation = std::move(given); });
  EXPECT_FALSE(TryStart(std::move(reservation)).ok());
  std::promise<void> next;
  gate->Enter(1, gate, [&](const MemoryGate::Reservation&) { next.set_value(); });
  next.get_future().get();
}

TEST_F(WorkerProcessTest, NothingIsLeftAfterDestroying) {
  factory_.reset();
  FinishThreads();
  const std::set<std::string> before = OpenFds();
  StartThreads();
  MakeFactory({});
  std::vector<std::unique_ptr<Worker>> workers;
  for (int i = 0; i < 8; ++i) workers.push_back(StartLoaded());
  BeginRun(*workers[0], "\"hang\"");
  BeginRun(*workers[1], "\"exit 1\"");
  const pid_t zygote = ZygoteOf(*workers[2]);
  std::vector<pid_t> pids = {zygote};
  for (const auto& worker : workers) pids.push_back(worker->pid());
  workers.resize(4);
  factory_.reset();
  // Each is gone, and reaped.
  for (const pid_t pid : pids) EXPECT_EQ(kill(pid, 0), -1) << pid;
  workers.clear();
  FinishThreads();
  EXPECT_EQ(OpenFds(), before);
  StartThreads();
}

}  // namespace
}  // namespace mayfly::dataplane
