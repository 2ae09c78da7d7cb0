#include "dataplane/pool.h"

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/error.h"
#include "dataplane/pool_fixture.h"

namespace mayfly::dataplane {
namespace {

class PoolTest : public PoolFixture {};

TEST_F(PoolTest, MakesOneWorkerForEachCallThatWaits) {
  auto first = Acquire(a_);
  auto second = Acquire(a_);
  EXPECT_EQ(workers_.size(), 2u);
  workers_.FinishStartAndLoad(1);
  EXPECT_TRUE(first->lease.has_value());  // first come, first served, whichever worker is ready first
  EXPECT_FALSE(second->lease.has_value());
  workers_.FinishStartAndLoad(0);
  EXPECT_TRUE(second->lease.has_value());
}

TEST_F(PoolTest, AWarmWorkerIsLentAtOnce) {
  CallCold(a_);
  auto call = Acquire(a_);
  ASSERT_TRUE(call->lease.has_value());
  EXPECT_EQ(call->lease->load, nullptr);
  EXPECT_EQ(workers_.size(), 1u);
}

TEST_F(PoolTest, TheWorkerUsedLastIsLentFirst) {
  auto first = Acquire(a_);
  auto second = Acquire(a_);
  workers_.FinishStartAndLoad(0);
  workers_.FinishStartAndLoad(1);
  const WorkerSlot* used_last = first->lease->slot.get();
  Return(second);
  workers_.FinishPrepare(1);
  Return(first);
  workers_.FinishPrepare(0);
  EXPECT_EQ(Acquire(a_)->lease->slot.get(), used_last);
}

TEST_F(PoolTest, ACallWaitsForAWorkerThatIsJustMadePristineRatherThanForANewOne) {
  auto first = Acquire(a_);
  workers_.FinishStartAndLoad(0);
  Return(first);
  auto second = Acquire(a_);
  EXPECT_EQ(workers_.size(), 1u);
  auto third = Acquire(a_);
  EXPECT_EQ(workers_.size(), 2u);
  workers_.FinishPrepare(0);
  EXPECT_TRUE(second->lease.has_value());
}

TEST_F(PoolTest, TheReplyGoesOutBeforeTheWorkerIsMadePristine) {
  auto call = Acquire(a_);
  workers_.FinishStartAndLoad(0);
  bool replied = false;
  pool().Return(call->lease->slot, WorkerFate::kSpent, [&] {
    replied = true;
    EXPECT_EQ(workers_[0].preparing, nullptr);
    EXPECT_EQ(pool().stats().workers, 1);  // and without the pool's lock
  });
  EXPECT_TRUE(replied);
  EXPECT_NE(workers_[0].preparing, nullptr);
}

TEST_F(PoolTest, SaysWhatEachLanguagesWorkersDo) {
  limits_.workers_max = 4;
  auto python = std::make_shared<FunctionRevision>(*b_);
  python->language = runtime::Language::kPython;
  const auto of = [this](runtime::Language language) { return pool().stats().by_language[IndexOf(language)]; };
  auto call = Acquire(a_);
  EXPECT_EQ(of(runtime::Language::kJs).starting, 1);
  workers_.FinishStart(0);
  EXPECT_EQ(of(runtime::Language::kJs).starting, 1);
  workers_.FinishLoad(0);
  EXPECT_EQ(of(runtime::Language::kJs).starting, 0);
  EXPECT_EQ(of(runtime::Language::kJs).busy, 1);
  Return(call);
  EXPECT_EQ(of(runtime::Language::kJs).busy, 0);
  EXPECT_EQ(of(runtime::Language::kJs).preparing, 1);
  workers_.FinishPrepare(0);
  EXPECT_EQ(of(runtime::Language::kJs).preparing, 0);
  EXPECT_EQ(of(runtime::Language::kJs).idle, 1);
  Acquire(python);
  EXPECT_EQ(of(runtime::Language::kPython).starting, 1);
  EXPECT_EQ(of(runtime::Language::kPython).started, 1u);
  pool().Retire(*a_);
  EXPECT_EQ(of(runtime::Language::kJs).idle, 0);
  EXPECT_EQ(of(runtime::Language::kJs).started, 1u);
}

TEST_F(PoolTest, AnIdleWorkerThatHasEndedIsDropped) {
  CallCold(a_);
  workers_[0].has_ended = true;
  auto call = Acquire(a_);
  EXPECT_FALSE(workers_[0].alive);
  EXPECT_FALSE(call->lease.has_value());
  workers_.FinishStartAndLoad(1);
  EXPECT_TRUE(call->lease.has_value());
}

TEST_F(PoolTest, WorkersThatAreMadePristineBetweenCallsGetCompanyAtOnce) {
  limits_.workers_max = 8;
  limits_.workers_at_once = 2;
  for (int i = 0; i < 4; ++i) Acquire(a_);
  EXPECT_EQ(workers_.size(), 4u);
}

TEST_F(PoolTest, QueuesAreBoundedPerFunctionAndInAll) {
  for (int i = 0; i < 4; ++i) Acquire(a_);
  Acquire(a_);
  EXPECT_EQ(status_.message(), "'a' has 4 calls waiting, the most it may have. Nothing has run; try again later.");
  EXPECT_EQ(ErrorReason(status_), "OVERLOADED");
  Acquire(b_);
  EXPECT_EQ(status_, absl::OkStatus());
  Acquire(b_);
  Acquire(c_);
  EXPECT_EQ(status_.message(),
            "The server has 6 calls waiting, the most it may have. Nothing has run; try again later.");
  EXPECT_EQ(pool().stats().waiting, 6);
}

TEST_F(PoolTest, ThrowAwaysShareOneQueue) {
  for (int i = 0; i < 4; ++i) Acquire(MakeTestRevision("x"), Retention::kThrowAway);
  EXPECT_EQ(status_, absl::OkStatus());
  Acquire(MakeTestRevision("x"), Retention::kThrowAway);
  EXPECT_EQ(ErrorReason(status_), "OVERLOADED");
  Acquire(a_);
  EXPECT_EQ(status_, absl::OkStatus());
}

TEST_F(PoolTest, AWarmWorkerIsLentHoweverFullTheQueuesAre) {
  limits_.queue_max = 1;
  CallCold(a_);
  auto b = Acquire(b_);
  Acquire(c_);
  EXPECT_EQ(ErrorReason(status_), "OVERLOADED");
  EXPECT_TRUE(Acquire(a_)->lease.has_value());
}

TEST_F(PoolTest, EndsTheIdleWorkerUsedLongestAgoToMakeRoom) {
  CallCold(a_);
  time_.Advance(absl::Milliseconds(1));
  CallCold(b_);
  time_.Advance(absl::Milliseconds(1));
  Return(Acquire(a_));
  workers_.FinishPrepare(0);
  Acquire(c_);
  EXPECT_TRUE(workers_[0].alive);
  EXPECT_FALSE(workers_[1].alive);
  EXPECT_EQ(workers_.size(), 3u);
  EXPECT_EQ(pool().stats().workers, 2);
}

TEST_F(PoolTest, ABusyWorkerIsNotEndedToMakeRoom) {
  auto a = Acquire(a_);
  auto b = Acquire(b_);
  workers_.FinishStartAndLoad(0);
  workers_.FinishStartAndLoad(1);
  auto c = Acquire(c_);
  EXPECT_EQ(workers_.size(), 2u);
  Return(b);  // nobody waits for b: its worker makes room
  EXPECT_FALSE(workers_[1].alive);
  EXPECT_TRUE(workers_[0].alive);
  workers_.FinishStartAndLoad(2);
  EXPECT_TRUE(c->lease.has_value());
}

TEST_F(PoolTest, AFurtherWorkerTakesNoRoomFromOneThatWasUsedJustNow) {
  CallCold(a_);
  auto b = Acquire(b_);
  workers_.FinishStartAndLoad(1);
  auto more = Acquire(b_);
  EXPECT_EQ(workers_.size(), 2u);
  EXPECT_TRUE(workers_[0].alive);
  time_.Advance(limits_.starvation_time_max);
  auto later = Acquire(b_);
  EXPECT_FALSE(workers_[0].alive);
  EXPECT_EQ(workers_.size(), 3u);
}

TEST_F(PoolTest, AFunctionWithoutWorkersIsOwedOneOfABusyFunctionAfterAWhile) {
  auto first = Acquire(a_);
  auto second = Acquire(a_);
  workers_.FinishStartAndLoad(0);
  workers_.FinishStartAndLoad(1);
  auto starved = Acquire(b_);
  for (int i = 0; i < 3; ++i) Acquire(a_);
  time_.Advance(limits_.starvation_time_max - absl::Milliseconds(1));
  Return(first);
  workers_.FinishPrepare(0);  // a's own next call has it
  EXPECT_EQ(workers_.size(), 2u);
  time_.Advance(absl::Milliseconds(1));
  Return(second);
  EXPECT_FALSE(workers_[1].alive);
  ASSERT_EQ(workers_.size(), 3u);
  workers_.FinishStart(2);
  EXPECT_EQ(workers_[2].load.function_id, "b");
}

TEST_F(PoolTest, TheMemoryBudgetBoundsTheSumOfTheCaps) {
  limits_.workers_max = 10;
  limits_.memory_budget_bytes = 300 << 20;
  Acquire(a_);
  Acquire(b_);
  Acquire(c_);
  EXPECT_EQ(workers_.size(), 2u);
  EXPECT_EQ(pool().stats().memory_bytes, 256 << 20);
}

TEST_F(PoolTest, SmallFunctionsDoNotTakeTheRoomThatALargeOneWaitsFor) {
  limits_.workers_max = 10;
  limits_.memory_budget_bytes = 256 << 20;
  v1::Function large = MakeTestFunction("large");
  large.mutable_manifest()->set_memory_limit_mib(256);
  auto first = Acquire(a_);
  auto second = Acquire(a_);
  workers_.FinishStartAndLoad(0);
  workers_.FinishStartAndLoad(1);
  auto starved = Acquire(*MakeFunctionRevision(large));
  auto third = Acquire(a_);
  time_.Advance(limits_.starvation_time_max);
  Return(first);
  EXPECT_EQ(workers_.size(), 2u);  // half of the room is kept, and not given to `third`
  Return(second);
  ASSERT_EQ(workers_.size(), 3u);
  workers_.FinishStartAndLoad(2);
  EXPECT_TRUE(starved->lease.has_value());
  Return(starved);
  ASSERT_EQ(workers_.size(), 4u);
  workers_.FinishStartAndLoad(3);
  EXPECT_TRUE(third->lease.has_value());
}

TEST_F(PoolTest, OneFunctionHasItsOwnBound) {
  limits_.workers_per_function_max = 1;
  auto first = Acquire(a_);
  auto second = Acquire(a_);
  EXPECT_EQ(workers_.size(), 1u);
  workers_.FinishStartAndLoad(0);
  Return(first);
  workers_.FinishPrepare(0);
  EXPECT_TRUE(second->lease.has_value());
}

TEST_F(PoolTest, RetiresAWorkerAfterItsLastCall) {
  limits_.worker_calls_max = 2;
  CallCold(a_);
  Return(Acquire(a_));
  EXPECT_FALSE(workers_[0].alive);
  EXPECT_EQ(pool().stats().workers, 0);
}

TEST_F(PoolTest, RetiresAWorkerThatIsTooOldEvenIfItIdles) {
  CallCold(a_);
  time_.Advance(limits_.worker_age_max);
  auto call = Acquire(a_);
  EXPECT_FALSE(call->lease.has_value());
  EXPECT_FALSE(workers_[0].alive);
  EXPECT_EQ(workers_.size(), 2u);
}

TEST_F(PoolTest, ARetiredWorkersQueueGetsANewOne) {
  limits_.worker_calls_max = 1;
  limits_.workers_max = 1;
  auto first = Acquire(a_);
  auto second = Acquire(a_);
  workers_.FinishStartAndLoad(0);
  Return(first);
  ASSERT_EQ(workers_.size(), 2u);
  workers_.FinishStartAndLoad(1);
  EXPECT_TRUE(second->lease.has_value());
}

TEST_F(PoolTest, ADeadWorkerIsReplacedForTheCallsThatWait) {
  limits_.workers_max = 1;
  auto first = Acquire(a_);
  auto second = Acquire(a_);
  workers_.FinishStartAndLoad(0);
  Return(first, WorkerFate::kDead);
  EXPECT_FALSE(workers_[0].alive);
  workers_.FinishStartAndLoad(1);
  EXPECT_TRUE(second->lease.has_value());
}

TEST_F(PoolTest, AWorkerThatDoesNotBecomePristineIsReplaced) {
  auto first = Acquire(a_);
  workers_.FinishStartAndLoad(0);
  Return(first);
  auto second = Acquire(a_);
  workers_.FinishPrepare(0, absl::InternalError("it ended"));
  EXPECT_FALSE(workers_[0].alive);
  workers_.FinishStartAndLoad(1);
  EXPECT_TRUE(second->lease.has_value());
}

TEST_F(PoolTest, AWorkerThatTakesTooLongToBecomePristineIsEnded) {
  auto call = Acquire(a_);
  workers_.FinishStartAndLoad(0);
  Return(call);
  time_.Advance(limits_.load_time_max - absl::Milliseconds(1));
  EXPECT_TRUE(workers_[0].alive);
  time_.Advance(absl::Milliseconds(1));
  EXPECT_FALSE(workers_[0].alive);
}

TEST_F(PoolTest, AStartThatTakesTooLongFailsItsCallAndItsWorkerIsNotUsed) {
  auto call = Acquire(a_);
  time_.Advance(limits_.load_time_max);
  EXPECT_EQ(ErrorReason(*call->failure), "FUNCTION_TIMEOUT");
  EXPECT_EQ(pool().stats().workers, 0);
  workers_.FinishStart(0);
  EXPECT_FALSE(workers_[0].alive);
}

TEST_F(PoolTest, AFailedLoadFailsOneCall) {
  limits_.workers_max = 1;
  auto first = Acquire(a_);
  auto second = Acquire(a_);
  workers_.FinishStart(0);
  workers_.FinishLoad(0, runtime::LoadReply{.outcome = runtime::Outcome::kSourceInvalid});
  EXPECT_TRUE(first->failure.has_value());
  EXPECT_FALSE(second->failure.has_value());
  workers_.FinishStartAndLoad(1);
  EXPECT_TRUE(second->lease.has_value());
}

TEST_F(PoolTest, AWithdrawnCallIsNotServed) {
  limits_.workers_max = 1;
  auto first = Acquire(a_);
  auto second = Acquire(a_);
  EXPECT_EQ(pool().Withdraw(*a_, *second), Pool::Withdrawn::kFromQueue);
  EXPECT_EQ(pool().Withdraw(*a_, *first), Pool::Withdrawn::kFromLoading);
  EXPECT_EQ(pool().Withdraw(*a_, *first), Pool::Withdrawn::kNo);
  EXPECT_EQ(pool().Withdraw(*b_, *first), Pool::Withdrawn::kNo);
  workers_.FinishStartAndLoad(0);
  EXPECT_FALSE(first->lease.has_value());
  EXPECT_EQ(pool().stats().idle, 1);
}

TEST_F(PoolTest, AWithdrawnThrowAwaysWorkerIsKilled) {
  auto call = Acquire(a_, Retention::kThrowAway);
  workers_.FinishStart(0);
  EXPECT_EQ(pool().Withdraw(*a_, *call), Pool::Withdrawn::kFromLoading);
  EXPECT_FALSE(workers_[0].alive);
  EXPECT_EQ(pool().stats().workers, 0);
  EXPECT_EQ(time_.scheduled(), 0u);
}

TEST_F(PoolTest, ARetiredRevisionsIdleWorkersEndNowAndItsBusyOnesAfterTheirCall) {
  auto first = Acquire(a_);
  auto second = Acquire(a_);
  workers_.FinishStartAndLoad(0);
  workers_.FinishStartAndLoad(1);
  Return(second);
  workers_.FinishPrepare(1);
  pool().Retire(*a_);
  EXPECT_FALSE(workers_[1].alive);
  EXPECT_TRUE(workers_[0].alive);
  Return(first);
  EXPECT_FALSE(workers_[0].alive);
}

TEST_F(PoolTest, ARetiredRevisionIsStillServedAndThenStaysWarm) {
  auto waiting = Acquire(a_);
  pool().Retire(*a_);
  workers_.FinishStartAndLoad(0);
  EXPECT_TRUE(waiting->lease.has_value());
  Return(waiting);
  EXPECT_FALSE(workers_[0].alive);
  CallCold(a_);
  EXPECT_TRUE(Acquire(a_)->lease.has_value());
}

TEST_F(PoolTest, AnUntouchedWorkerIsWarmAtOnce) {
  auto call = Acquire(a_);
  workers_.FinishStartAndLoad(0);
  Return(call, WorkerFate::kUntouched);
  EXPECT_EQ(workers_[0].preparing, nullptr);
  EXPECT_TRUE(Acquire(a_)->lease.has_value());
}

TEST_F(PoolTest, ForgetsAFunctionThatHasNeitherWorkersNorCalls) {
  const std::weak_ptr<const FunctionRevision> watched = a_;
  CallCold(a_);
  pool().Retire(*a_);
  a_.reset();
  workers_.processes.clear();
  EXPECT_TRUE(watched.expired());
}

TEST_F(PoolTest, ItsEndKillsItsWorkers) {
  CallCold(a_);
  auto busy = Acquire(b_);
  workers_.FinishStartAndLoad(1);
  pool_.reset();
  EXPECT_FALSE(workers_[0].alive);
  EXPECT_FALSE(workers_[1].alive);
  EXPECT_EQ(time_.scheduled(), 0u);
}

}  // namespace
}  // namespace mayfly::dataplane
