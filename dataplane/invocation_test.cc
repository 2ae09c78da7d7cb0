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
                                   Purpose purpose = Purpose::kInvoke) {
    Invocation::Options options{
        .function = function_,
        .purpose = purpose,
        .event = "{}",
        .invocation_id = "id",
        .arrival = time_.Monotonic(),
        .due = time_.Monotonic() + budget,
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
