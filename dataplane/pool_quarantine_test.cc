// The pool and functions whose workers crash.
#include <gtest/gtest.h>

#include <string>

#include "base/error.h"
#include "dataplane/pool_fixture.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace mayfly::dataplane {
namespace {

class PoolQuarantineTest : public PoolFixture {
 protected:
  PoolQuarantineTest()
      : PoolFixture({.workers_max = 2,
                     .queue_per_function_max = 4,
                     .queue_max = 6,
                     .crashes_max = 3,
                     .quarantine_time_max = absl::Seconds(3)}) {}

  // One call, on the worker that is idle or else on a new one.
  void CallOnce(const Revision& function, WorkerFate fate, Retention retention = Retention::kPooled) {
    auto call = Acquire(function, retention);
    if (!call->lease.has_value()) workers_.FinishStartAndLoad(workers_.size() - 1);
    Return(call, fate);
    if (fate == WorkerFate::kSpent) workers_.FinishPrepare(workers_.size() - 1);
  }
  void FailToLoad(const Revision& function, absl::StatusOr<runtime::LoadReply> reply) {
    Acquire(function);
    workers_.FinishStart(workers_.size() - 1);
    workers_.FinishLoad(workers_.size() - 1, std::move(reply));
  }
  void Crash(int times) {
    for (int i = 0; i < times; ++i) CallOnce(a_, WorkerFate::kCrashed);
  }
  bool IsRefused(const Revision& function) {
    auto call = Acquire(function);
    const bool refused = !status_.ok();
    if (!refused) pool().Withdraw(*function, *call);
    return refused;
  }

  static absl::Duration RetryDelay(const absl::Status& status) {
    const google::rpc::Status wire = ToRpcStatus(status);
    google::rpc::RetryInfo retry;
    for (const auto& detail : wire.details()) {
      if (!detail.UnpackTo(&retry)) continue;
      return absl::Seconds(retry.retry_delay().seconds()) + absl::Nanoseconds(retry.retry_delay().nanos());
    }
    return absl::InfiniteDuration();
  }
};

TEST_F(PoolQuarantineTest, AFunctionThatCrashesAgainAndAgainIsRefusedWithATimeAndOthersAreNot) {
  Crash(2);
  EXPECT_FALSE(IsRefused(a_));
  Crash(1);
  time_.Advance(absl::Milliseconds(400));
  Acquire(a_);
  EXPECT_EQ(status_.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ErrorReason(status_), "FUNCTION_QUARANTINED");
  EXPECT_EQ(status_.message(),
            "The workers of 'a' crash, or do not load, again and again, so it is not called for another 600ms. Nothing "
            "has run. Mend it and deploy it again: a new revision is called at once.");
  EXPECT_EQ(RetryDelay(status_), absl::Milliseconds(600));
  EXPECT_EQ(pool().stats().quarantined, 1);
  EXPECT_FALSE(IsRefused(b_));
  EXPECT_FALSE(IsRefused(MakeTestRevision("a", 2)));
}

TEST_F(PoolQuarantineTest, IsCalledAgainAfterThePauseWhichDoublesUpToItsBound) {
  Crash(3);
  for (const int seconds : {1, 2, 3, 3}) {
    EXPECT_TRUE(IsRefused(a_));
    time_.Advance(absl::Seconds(seconds) - absl::Milliseconds(1));
    EXPECT_TRUE(IsRefused(a_)) << seconds;
    time_.Advance(absl::Milliseconds(1));
    Crash(1);
    EXPECT_EQ(status_, absl::OkStatus()) << seconds;
  }
}

TEST_F(PoolQuarantineTest, ACallThatSucceedsEndsIt) {
  Crash(3);
  time_.Advance(absl::Seconds(1));
  CallOnce(a_, WorkerFate::kSpent);
  Crash(2);
  EXPECT_FALSE(IsRefused(a_));
  Crash(1);
  EXPECT_TRUE(IsRefused(a_));
  time_.Advance(absl::Seconds(1));  // the first pause again
  EXPECT_FALSE(IsRefused(a_));
}

TEST_F(PoolQuarantineTest, ASuccessBetweenCrashesBeginsTheCountAnew) {
  for (const WorkerFate success : {WorkerFate::kSpent, WorkerFate::kLast}) {
    Crash(2);
    CallOnce(a_, success);
    Crash(2);
    EXPECT_FALSE(IsRefused(a_));
    CallOnce(a_, success);
  }
}

TEST_F(PoolQuarantineTest, WhoeverWaitsForTheFunctionIsRefusedToo) {
  limits_.workers_max = 1;
  Crash(2);
  const size_t index = workers_.size();
  auto third = Acquire(a_);
  auto fourth = Acquire(a_);
  auto other = Acquire(b_);
  workers_.FinishStartAndLoad(index);
  Return(third, WorkerFate::kCrashed);
  ASSERT_TRUE(fourth->failure.has_value());
  EXPECT_EQ(ErrorReason(*fourth->failure), "FUNCTION_QUARANTINED");
  EXPECT_EQ(RetryDelay(*fourth->failure), absl::Seconds(1));
  EXPECT_EQ(pool().stats().waiting, 1);
  workers_.FinishStartAndLoad(index + 1);
  EXPECT_TRUE(other->lease.has_value());
}

TEST_F(PoolQuarantineTest, NoWorkerOfItIsKept) {
  Crash(2);
  auto first = Acquire(a_);
  auto second = Acquire(a_);
  workers_.FinishStartAndLoad(2);
  workers_.FinishStartAndLoad(3);
  Return(second, WorkerFate::kUntouched);
  EXPECT_EQ(pool().stats().idle, 1);
  Return(first, WorkerFate::kCrashed);
  EXPECT_FALSE(workers_[3].alive);
  EXPECT_EQ(pool().stats().workers, 0);
  EXPECT_TRUE(IsRefused(a_));
}

TEST_F(PoolQuarantineTest, AWorkerThatWasBeingMadeForACallThatIsRefusedIsNotKept) {
  Crash(2);
  auto first = Acquire(a_);
  Acquire(a_);
  workers_.FinishStartAndLoad(2);
  workers_.FinishStart(3);
  Return(first, WorkerFate::kCrashed);
  EXPECT_EQ(pool().stats().workers, 1);
  workers_.FinishLoad(3);
  EXPECT_FALSE(workers_[3].alive);
  EXPECT_EQ(pool().stats().workers, 0);
}

TEST_F(PoolQuarantineTest, LoadsThatFailCount) {
  FailToLoad(a_, runtime::LoadReply{.outcome = runtime::Outcome::kSourceInvalid});
  FailToLoad(a_, runtime::LoadReply{.outcome = runtime::Outcome::kHandlerNotFound});
  EXPECT_FALSE(IsRefused(a_));
  FailToLoad(a_, absl::InternalError("it crashed"));
  EXPECT_TRUE(IsRefused(a_));
}

TEST_F(PoolQuarantineTest, WhatIsNotTheFunctionsFaultDoesNotCount) {
  for (int i = 0; i < 10; ++i) {
    CallOnce(a_, WorkerFate::kDead);  // its time, its memory, its caller, its zygote
    FailToLoad(a_, absl::ResourceExhaustedError("its memory"));
    FailToLoad(a_, absl::UnavailableError("its zygote"));
    FailToLoad(a_, runtime::LoadReply{.outcome = runtime::Outcome::kMemoryLimit});
    Acquire(a_);
    time_.Advance(limits_.load_time_max);  // its load takes too long
  }
  EXPECT_FALSE(IsRefused(a_));
  EXPECT_EQ(pool().stats().quarantined, 0);
}

TEST_F(PoolQuarantineTest, SourceThatIsRunWithoutBeingStoredIsNotJudged) {
  for (int i = 0; i < 10; ++i) {
    CallOnce(a_, WorkerFate::kCrashed, Retention::kThrowAway);
  }
  EXPECT_FALSE(IsRefused(a_));
}

TEST_F(PoolQuarantineTest, ARevisionThatIsNotTheLatestAnyMoreIsForgotten) {
  Crash(3);
  EXPECT_TRUE(IsRefused(a_));
  pool().Retire(*a_);
  EXPECT_FALSE(IsRefused(a_));
}

}  // namespace
}  // namespace mayfly::dataplane
