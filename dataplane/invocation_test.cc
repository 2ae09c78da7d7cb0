#include "dataplane/invocation.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/limits.h"
#include "dataplane/fake_time.h"
#include "dataplane/fake_worker.h"
#include "dataplane/function_revision.h"
#include "dataplane/test_functions.h"

namespace mayfly::dataplane {
namespace {

struct Answer {
  int count = 0;
  absl::Status status;
  std::string result;
  CallReport report;
};

class InvocationTest : public ::testing::Test {
 protected:
  std::shared_ptr<Invocation> Make(Answer& answer, absl::Duration budget = absl::Seconds(5),
                                   Purpose purpose = Purpose::kInvoke, const CallLimits& limits = {}) {
    Invocation::Options options{
        .function = function_,
        .purpose = purpose,
        .event = "{}",
        .invocation_id = "id",
        .arrival = time_.Monotonic(),
        .due = time_.Monotonic() + budget,
        .limits = limits,
    };
    return std::make_shared<Invocation>(std::move(options), pool_, time_, time_,
                                        [&answer](absl::Status status, std::string result, CallReport report) {
                                          ++answer.count;
                                          answer.status = std::move(status);
                                          answer.result = std::move(result);
                                          answer.report = std::move(report);
                                        });
  }

  FakeTime time_;
  FakeWorkers workers_;
  std::shared_ptr<const FunctionRevision> function_ = MakeTestRevision("hello");
  Pool pool_{PoolLimits{}, workers_, time_, time_};
};

TEST_F(InvocationTest, LivesAsLongAsItsWorkerRuns) {
  Answer answer;
  std::shared_ptr<Invocation> call = Make(answer);
  const std::weak_ptr<Invocation> watched = call;
  call->Start();
  call.reset();
  workers_.FinishStartAndLoad(0);
  EXPECT_FALSE(watched.expired());
  workers_.FinishRun(0, runtime::RunReply{.result = "1"});
  EXPECT_EQ(answer.result, "1");
  EXPECT_TRUE(watched.expired());
  EXPECT_EQ(time_.scheduled(), 1u);  // the bound of the worker's preparation
}

TEST_F(InvocationTest, ALoadThatBeganForAnotherCallCountsFromItsOwnArrival) {
  Answer first, second;
  std::shared_ptr<Invocation> gone = Make(first);
  gone->Start();
  workers_.FinishStart(0);
  gone->Cancel();
  time_.Advance(absl::Milliseconds(5));
  Make(second)->Start();
  time_.Advance(absl::Milliseconds(2));
  workers_.FinishLoad(0);
  workers_.FinishRun(0, runtime::RunReply{.result = "1"});
  EXPECT_EQ(workers_.size(), 1u);
  EXPECT_EQ(second.report.start, WorkerStart::kCold);
  EXPECT_EQ(second.report.queue_time, absl::ZeroDuration());
  EXPECT_EQ(second.report.load_time, absl::Milliseconds(2));
  EXPECT_EQ(second.report.total_time, absl::Milliseconds(2));
}

TEST_F(InvocationTest, AReplyThatRacesWithItsDeadlineIsATimeout) {
  Answer answer;
  Make(answer, absl::Milliseconds(10))->Start();
  workers_.FinishStartAndLoad(0);
  time_.Advance(absl::Milliseconds(10));
  EXPECT_EQ(workers_[0].kills, 1);
  workers_.FinishRun(0, runtime::RunReply{.result = "1"});
  EXPECT_EQ(ErrorReason(answer.status), "FUNCTION_TIMEOUT");
  EXPECT_EQ(answer.result, "");
  EXPECT_FALSE(workers_[0].alive);
}

TEST_F(InvocationTest, IsAnsweredOnceHoweverItIsEnded) {
  Answer answer;
  std::shared_ptr<Invocation> call = Make(answer, absl::Milliseconds(10));
  call->Start();
  workers_.FinishStartAndLoad(0);
  call->Cancel();
  call->Cancel();
  time_.Advance(absl::Milliseconds(10));
  EXPECT_EQ(workers_[0].kills, 1);
  EXPECT_EQ(answer.count, 0);
  workers_.FinishRun(0, absl::CancelledError());
  call->Cancel();
  time_.Advance(absl::Seconds(10));
  EXPECT_EQ(answer.count, 1);
  EXPECT_EQ(ErrorReason(answer.status), "CANCELLED");
}

TEST_F(InvocationTest, AWorkerThatComesAfterTheEndGoesBackUnused) {
  Answer answer, next;
  std::shared_ptr<Invocation> call = Make(answer);
  call->Start();
  workers_.FinishStartAndLoad(0);
  workers_.FinishRunAndPrepare(0);
  call->OnWorker([&] {
    // The pool lends the worker to a call that has ended meanwhile.
    struct Keeper final : PoolWaiter {
      void OnWorker(Lease given) override { lease = std::move(given); }
      void OnLoadFailed(absl::StatusOr<runtime::LoadReply>, Load) override {}
      void OnRefused(absl::Status) override {}
      Lease lease;
    };
    auto keeper = std::make_shared<Keeper>();
    EXPECT_TRUE(pool_.Acquire(function_, Retention::kPooled, keeper).ok());
    return std::move(keeper->lease);
  }());
  EXPECT_EQ(answer.count, 1);
  EXPECT_EQ(workers_[0].running, nullptr);
  EXPECT_EQ(workers_[0].preparing, nullptr);
  EXPECT_EQ(pool_.stats().idle, 1);
}

TEST_F(InvocationTest, AWorkerOutOfMemoryIsNotUsedAgain) {
  Answer answer;
  Make(answer)->Start();
  workers_.FinishStartAndLoad(0);
  workers_.FinishRun(0, runtime::RunReply{.outcome = runtime::Outcome::kMemoryLimit});
  EXPECT_EQ(ErrorReason(answer.status), "MEMORY_LIMIT");
  EXPECT_FALSE(workers_[0].alive);
}

TEST_F(InvocationTest, ACallThatHasUsedItsCpuTimeIsStopped) {
  Answer answer;
  Make(answer, absl::Seconds(5), Purpose::kInvoke, {.cpu_time_max = absl::Seconds(1)})->Start();
  workers_.FinishStartAndLoad(0);
  workers_[0].cpu_time = absl::Milliseconds(400);  // it slept, or others had the core
  time_.Advance(absl::Seconds(1));
  EXPECT_EQ(workers_[0].kills, 0);
  time_.Advance(absl::Milliseconds(599));
  workers_[0].cpu_time = absl::Milliseconds(999);
  time_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(workers_[0].kills, 0);
  workers_[0].cpu_time = absl::Milliseconds(1003);
  time_.Advance(kCpuCheckPeriodMin);
  EXPECT_EQ(workers_[0].kills, 1);
  workers_.FinishRun(0, absl::CancelledError(), {.cpu_time = absl::Milliseconds(1003)});
  EXPECT_EQ(answer.count, 1);
  EXPECT_EQ(answer.status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ErrorReason(answer.status), "CPU_LIMIT");
  EXPECT_EQ(answer.status.message(),
            "'hello' used 1s of CPU time, all that one call may have here, and was stopped. Do less in a call.");
  EXPECT_EQ(answer.report.usage.cpu_time, absl::Milliseconds(1003));
  EXPECT_FALSE(workers_[0].alive);
  EXPECT_EQ(time_.scheduled(), 0u);
}

TEST_F(InvocationTest, WhatACallUsedIsToldThoughItsWorkerIsSlowToDie) {
  Answer answer;
  Make(answer, absl::Seconds(5), Purpose::kInvoke, {.cpu_time_max = absl::Seconds(1)})->Start();
  workers_.FinishStartAndLoad(0);
  workers_[0].cpu_time = absl::Milliseconds(1003);
  time_.Advance(absl::Seconds(1) + kKillTimeMax);
  EXPECT_EQ(ErrorReason(answer.status), "CPU_LIMIT");
  EXPECT_EQ(answer.report.usage.cpu_time, absl::Milliseconds(1003));
}

TEST_F(InvocationTest, ACallThatEndsInItsCpuTimeLeavesNoTimer) {
  Answer answer;
  Make(answer, absl::Seconds(5), Purpose::kRun, {.cpu_time_max = absl::Seconds(1)})->Start();
  workers_.FinishStartAndLoad(0);
  EXPECT_EQ(time_.scheduled(), 2u);  // and the deadline
  workers_.FinishRun(0, runtime::RunReply{.result = "1"});
  EXPECT_EQ(answer.status, absl::OkStatus());
  EXPECT_EQ(time_.scheduled(), 0u);
}

TEST_F(InvocationTest, ADeadlineBeforeTheCpuTimeCanBeUsedUpNeedsNoSecondTimer) {
  Answer answer;
  Make(answer, absl::Seconds(5), Purpose::kRun, {.cpu_time_max = absl::Seconds(5)})->Start();
  workers_.FinishStartAndLoad(0);
  EXPECT_EQ(time_.scheduled(), 1u);
  time_.Advance(absl::Seconds(5));
  workers_.FinishRun(0, absl::CancelledError());
  EXPECT_EQ(ErrorReason(answer.status), "FUNCTION_TIMEOUT");
}

TEST_F(InvocationTest, AResultLargerThanItsBoundIsNotPassedOn) {
  Answer fits, answer;
  const CallLimits limits{.result_bytes_max = 2 * kMiB};
  Make(fits, absl::Seconds(5), Purpose::kInvoke, limits)->Start();
  workers_.FinishStartAndLoad(0);
  workers_.FinishRun(0, runtime::RunReply{.result = std::string(2 * kMiB, '1')});
  EXPECT_EQ(fits.result.size(), 2 * kMiB);
  workers_.FinishPrepare(0);
  Make(answer, absl::Seconds(5), Purpose::kInvoke, limits)->Start();
  workers_.FinishRun(0, runtime::RunReply{.result = std::string(2 * kMiB + 1, '1')});
  EXPECT_EQ(ErrorReason(answer.status), "RESULT_TOO_LARGE");
  EXPECT_EQ(answer.status.message(), "The result is larger than 2 MiB as JSON. Return less.");
  EXPECT_EQ(answer.result, "");
  EXPECT_TRUE(workers_[0].alive);
}

TEST_F(InvocationTest, LogsAreCutAtTheirBoundThoseOfTheLoadAmongThem) {
  Answer answer;
  Make(answer, absl::Seconds(5), Purpose::kInvoke, {.log_bytes_max = 8})->Start();
  workers_.FinishStart(0);
  workers_.FinishLoad(0, runtime::LoadReply{.logs = {.entries = {{.text = "load"}}}});
  workers_.FinishRun(0, runtime::RunReply{.result = "1", .logs = {.entries = {{.text = "1234"}, {.text = "5"}}}});
  EXPECT_EQ(answer.report.logs.entries.size(), 2u);
  EXPECT_TRUE(answer.report.logs.truncated);
}

TEST_F(InvocationTest, CrashesInARowPutTheFunctionIntoQuarantine) {
  for (int i = 0; i < kCrashesInARowMax; ++i) {
    Answer answer;
    Make(answer)->Start();
    workers_.FinishStartAndLoad(workers_.size() - 1);
    workers_.FinishRun(workers_.size() - 1, absl::InternalError("it crashed"));
    EXPECT_EQ(ErrorReason(answer.status), "WORKER_CRASHED");
  }
  Answer refused;
  Make(refused)->Start();
  EXPECT_EQ(refused.count, 1);
  EXPECT_EQ(ErrorReason(refused.status), "FUNCTION_QUARANTINED");
  EXPECT_EQ(refused.report.start, WorkerStart::kNone);
  EXPECT_EQ(time_.scheduled(), 0u);
}

TEST_F(InvocationTest, AZygotesEndIsNoCrashOfTheFunction) {
  for (int i = 0; i < 2 * kCrashesInARowMax; ++i) {
    Answer answer;
    Make(answer)->Start();
    workers_.FinishStartAndLoad(workers_.size() - 1);
    workers_.FinishRun(workers_.size() - 1,
                       MakeError(absl::StatusCode::kUnavailable, "WORKER_CRASHED", "it was ended with its zygote"));
    EXPECT_EQ(answer.status.code(), absl::StatusCode::kInternal);
    EXPECT_EQ(ErrorReason(answer.status), "WORKER_CRASHED");
  }
}

TEST_F(InvocationTest, AWorkersLastReplyStandsAndTheWorkerIsNotUsedAgain) {
  Answer answer;
  Make(answer)->Start();
  workers_.FinishStartAndLoad(0);
  workers_.FinishRun(
      0, runtime::RunReply{.result = "1", .rewind = {.time = absl::Microseconds(3), .pages = 4}, .last = true});
  EXPECT_EQ(answer.status, absl::OkStatus());
  EXPECT_EQ(answer.result, "1");
  EXPECT_EQ(answer.report.rewind.time, absl::Microseconds(3));
  EXPECT_EQ(answer.report.rewind.pages, 4);
  EXPECT_FALSE(workers_[0].alive);
}

TEST_F(InvocationTest, AWorkerThatEndsBeforeItTookTheCallIsReplaced) {
  Answer answer;
  Make(answer)->Start();
  workers_.FinishStartAndLoad(0);
  workers_.FinishRun(0, absl::AbortedError("it ended"));
  EXPECT_FALSE(workers_[0].alive);
  EXPECT_EQ(answer.count, 0);
  workers_.FinishStartAndLoad(1);
  EXPECT_EQ(workers_[1].run.event, "{}");
  EXPECT_EQ(workers_[1].run.invocation_id, "id");
  workers_.FinishRun(1, runtime::RunReply{.result = "1"});
  EXPECT_EQ(answer.count, 1);
  EXPECT_EQ(answer.result, "1");
}

TEST_F(InvocationTest, ACallIsHandedToASecondWorkerAndToNoThird) {
  Answer answer;
  Make(answer)->Start();
  workers_.FinishStartAndLoad(0);
  workers_.FinishRun(0, absl::AbortedError("it ended"));
  workers_.FinishStartAndLoad(1);
  workers_.FinishRun(1, absl::AbortedError("it ended"));
  EXPECT_EQ(workers_.size(), 2u);
  EXPECT_EQ(ErrorReason(answer.status), "WORKER_CRASHED");
}

TEST_F(InvocationTest, ACallThatWaitsForItsSecondWorkerKeepsItsDeadline) {
  Answer answer;
  Make(answer, absl::Milliseconds(10))->Start();
  workers_.FinishStartAndLoad(0);
  workers_.FinishRun(0, absl::AbortedError("it ended"));
  time_.Advance(absl::Milliseconds(10));
  EXPECT_EQ(answer.count, 1);
  EXPECT_EQ(answer.status.code(), absl::StatusCode::kDeadlineExceeded);
}

TEST_F(InvocationTest, ACheckEndsWithItsLoad) {
  Answer answer;
  Make(answer, absl::Seconds(5), Purpose::kCheck)->Start();
  workers_.FinishStart(0);
  workers_.FinishLoad(0, runtime::LoadReply{.logs = {.entries = {{.text = "loaded"}}}}, {.peak_memory_kib = 5});
  EXPECT_EQ(answer.count, 1);
  EXPECT_EQ(answer.status, absl::OkStatus());
  EXPECT_EQ(answer.report.logs.entries[0].text, "loaded");
  EXPECT_EQ(answer.report.usage.peak_memory_kib, 5);
  EXPECT_FALSE(workers_[0].alive);
  EXPECT_EQ(time_.scheduled(), 0u);
}

}  // namespace
}  // namespace mayfly::dataplane
