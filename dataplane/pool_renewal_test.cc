// The pool with workers that make themselves pristine.
#include <gtest/gtest.h>

#include "base/limits.h"
#include "dataplane/pool_fixture.h"

namespace mayfly::dataplane {
namespace {

class PoolRenewalTest : public PoolFixture {
 protected:
  PoolRenewalTest() { workers_.set_renewal(Renewal::kItself); }
};

TEST_F(PoolRenewalTest, AWorkerIsLentAgainAtOnce) {
  auto first = Acquire(a_);
  workers_.FinishStartAndLoad(0);
  const WorkerSlot* slot = first->lease->slot.get();
  Return(first);
  EXPECT_EQ(workers_[0].preparing, nullptr);
  EXPECT_EQ(pool().stats().idle, 1);
  EXPECT_EQ(Acquire(a_)->lease->slot.get(), slot);
}

TEST_F(PoolRenewalTest, TheReplyGoesOutBeforeTheWorkerIsGivenToTheNextCall) {
  auto first = Acquire(a_);
  workers_.FinishStartAndLoad(0);
  limits_.workers_max = 1;
  auto second = Acquire(a_);
  bool replied = false;
  pool().Return(first->lease->slot, WorkerFate::kSpent, [&] {
    replied = true;
    EXPECT_FALSE(second->lease.has_value());
  });
  EXPECT_TRUE(replied);
  EXPECT_TRUE(second->lease.has_value());
}

TEST_F(PoolRenewalTest, AWorkerThatSaidItIsItsLastIsReplaced) {
  auto first = Acquire(a_);
  auto second = Acquire(a_);
  workers_.FinishStartAndLoad(0);
  Return(first, WorkerFate::kDead);
  EXPECT_FALSE(workers_[0].alive);
  workers_.FinishStartAndLoad(1);
  EXPECT_TRUE(second->lease.has_value());
}

TEST_F(PoolRenewalTest, AWorkerBearsMoreCallsThanAFreshOne) {
  auto call = Acquire(a_);
  workers_.FinishStartAndLoad(0);
  for (int i = 0; i < kPreparedCallsMax + 1; ++i) {
    Return(call);
    call = Acquire(a_);
    ASSERT_TRUE(call->lease.has_value()) << i;
  }
  EXPECT_EQ(workers_.size(), 1u);
}

class PatientPoolTest : public PoolFixture {
 protected:
  PatientPoolTest() : PoolFixture({.workers_max = 8, .workers_at_once = 2}) { workers_.set_renewal(Renewal::kItself); }
};

TEST_F(PatientPoolTest, AFunctionsFirstWorkersAreMadeAtOnceAndFurtherOnesWhenACallHasWaited) {
  for (int i = 0; i < 5; ++i) Acquire(a_);
  EXPECT_EQ(workers_.size(), 2u);
  time_.Advance(limits_.growth_time);
  EXPECT_EQ(workers_.size(), 2u);  // they are coming
  workers_.FinishStartAndLoad(0);
  workers_.FinishStartAndLoad(1);
  time_.Advance(limits_.growth_time - absl::Milliseconds(1));
  EXPECT_EQ(workers_.size(), 2u);
  time_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(workers_.size(), 3u);
  workers_.FinishStartAndLoad(2);
  time_.Advance(limits_.growth_time);
  EXPECT_EQ(workers_.size(), 4u);
}

TEST_F(PatientPoolTest, ACallThatIsServedInTimeMakesNoWorker) {
  auto first = Acquire(a_);
  Acquire(a_);
  auto third = Acquire(a_);
  workers_.FinishStartAndLoad(0);
  workers_.FinishStartAndLoad(1);
  time_.Advance(limits_.growth_time - absl::Milliseconds(1));
  Return(first);
  EXPECT_TRUE(third->lease.has_value());
  time_.Advance(limits_.growth_time);
  EXPECT_EQ(workers_.size(), 2u);
}

TEST_F(PatientPoolTest, WhileOthersKeepTheCoresBusyAFunctionGetsItsSecondWorkerWhenACallHasWaited) {
  for (const Revision& function : {a_, b_}) Acquire(function);
  workers_.FinishStartAndLoad(0);
  workers_.FinishStartAndLoad(1);
  Acquire(a_);
  EXPECT_EQ(workers_.size(), 2u);
  Acquire(c_);
  EXPECT_EQ(workers_.size(), 3u);  // a first worker is made at once
  time_.Advance(limits_.growth_time);
  ASSERT_EQ(workers_.size(), 4u);
  workers_.FinishStart(3);
  EXPECT_EQ(workers_[3].load.function_id, "a");
}

TEST_F(PatientPoolTest, AWorkerThatIsGoneIsReplacedAtOnce) {
  auto first = Acquire(a_);
  for (int i = 0; i < 2; ++i) Acquire(a_);
  workers_.FinishStartAndLoad(0);
  Return(first, WorkerFate::kDead);
  EXPECT_EQ(workers_.size(), 3u);
}

}  // namespace
}  // namespace mayfly::dataplane
