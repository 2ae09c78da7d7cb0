#include "dataplane/memory_gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace mayfly::dataplane {
namespace {

using ::testing::ElementsAre;

class MemoryGateTest : public testing::Test {
 protected:
  ~MemoryGateTest() override {
    if (gate_ != nullptr) gate_->Close();  // the reservations that go with the test let nobody in
  }

  void Enter(const std::string& name, int64_t bytes) {
    owners_[name] = std::make_shared<int>();
    gate_->Enter(bytes, owners_[name], [this, name](MemoryGate::Reservation reservation) {
      started_.push_back(name);
      reservations_.emplace(name, std::move(reservation));
    });
  }

  std::shared_ptr<MemoryGate> gate_ = MemoryGate::Create(10);
  std::vector<std::string> started_;
  std::map<std::string, std::shared_ptr<int>> owners_;
  std::map<std::string, MemoryGate::Reservation> reservations_;
};

TEST_F(MemoryGateTest, StartsWhatFitsAtOnce) {
  Enter("a", 4);
  Enter("b", 6);
  EXPECT_THAT(started_, ElementsAre("a", "b"));
}

TEST_F(MemoryGateTest, StartsTheRestWhenEnoughIsGivenBackInOrder) {
  Enter("a", 4);
  Enter("b", 4);
  Enter("c", 7);
  Enter("d", 1);  // it would fit, and does not overtake
  EXPECT_THAT(started_, ElementsAre("a", "b"));
  reservations_.at("a").Release();
  EXPECT_THAT(started_, ElementsAre("a", "b"));
  reservations_.at("b").Release();
  EXPECT_THAT(started_, ElementsAre("a", "b", "c", "d"));
}

TEST_F(MemoryGateTest, AStartThatDropsItsReservationMakesRoomForTheNext) {
  Enter("a", 10);
  gate_->Enter(10, owners_["a"], [](const MemoryGate::Reservation&) {});
  Enter("b", 10);
  reservations_.at("a").Release();
  EXPECT_THAT(started_, ElementsAre("a", "b"));
}

TEST_F(MemoryGateTest, ManyThatDropTheirsTakeNoMoreStackThanOne) {
  constexpr int kMany = 200'000;
  Enter("a", 10);
  int dropped = 0;
  // A queue as long as no pool has.
  for (int i = 0; i < 1000; ++i) gate_->Enter(10, owners_["a"], [&](const MemoryGate::Reservation&) { ++dropped; });
  std::function<void(MemoryGate::Reservation)> again = [&](const MemoryGate::Reservation&) {
    if (++dropped < kMany) gate_->Enter(10, owners_["a"], again);
  };
  gate_->Enter(10, owners_["a"], again);
  reservations_.at("a").Release();
  EXPECT_EQ(dropped, kMany);
}

TEST_F(MemoryGateTest, WhoIsGoneIsNotStartedAndHoldsNobodyUp) {
  Enter("a", 6);
  Enter("b", 10);
  Enter("c", 4);
  Enter("d", 1);
  EXPECT_THAT(started_, ElementsAre("a"));
  owners_.erase("b");
  reservations_.at("a").Release();
  EXPECT_THAT(started_, ElementsAre("a", "c", "d"));
}

TEST_F(MemoryGateTest, ForgetsWhoIsGoneWhileTheFirstWaits) {
  Enter("a", 10);
  Enter("b", 10);
  auto owner = std::make_shared<int>();
  auto kept = std::make_shared<int>();
  gate_->Enter(1, owner, [kept](const MemoryGate::Reservation&) {});
  EXPECT_EQ(kept.use_count(), 2);
  owner.reset();
  Enter("c", 1);
  EXPECT_EQ(kept.use_count(), 1);
  EXPECT_THAT(started_, ElementsAre("a"));
}

TEST_F(MemoryGateTest, AReservationIsGivenBackOnceForAllItsCopies) {
  Enter("a", 6);
  Enter("b", 10);
  MemoryGate::Reservation copy = reservations_["a"];
  copy.Release();
  EXPECT_THAT(started_, ElementsAre("a", "b"));
  copy.Release();
  reservations_["a"].Release();
  Enter("c", 1);
  EXPECT_THAT(started_, ElementsAre("a", "b"));
}

TEST_F(MemoryGateTest, ItIsGivenBackWithTheLastCopy) {
  Enter("a", 6);
  Enter("b", 10);
  auto copy = std::make_unique<MemoryGate::Reservation>(std::move(reservations_["a"]));
  reservations_.erase("a");
  EXPECT_THAT(started_, ElementsAre("a"));
  copy.reset();
  EXPECT_THAT(started_, ElementsAre("a", "b"));
}

TEST_F(MemoryGateTest, StartsNothingOnceItIsClosed) {
  Enter("a", 10);
  Enter("b", 10);
  gate_->Close();
  reservations_.at("a").Release();
  Enter("c", 1);
  EXPECT_THAT(started_, ElementsAre("a"));
}

TEST_F(MemoryGateTest, AReservationMayOutliveTheGate) {
  Enter("a", 10);
  gate_.reset();
  reservations_.at("a").Release();
  EXPECT_THAT(started_, ElementsAre("a"));
}

}  // namespace
}  // namespace mayfly::dataplane
