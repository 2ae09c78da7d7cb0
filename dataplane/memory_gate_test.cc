#include "dataplane/memory_gate.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace mayfly::dataplane {
namespace {

using ::testing::ElementsAre;

class MemoryGateTest : public testing::Test {
 protected:
  ~MemoryGateTest() override {
    if (gate_ != nullptr) gate_->Close();  // the shares that go with the test let nobody in
  }

  void Enter(const std::string& name, int64_t bytes) {
    gate_->Enter(bytes, [this, name](MemoryGate::Share share) {
      started_.push_back(name);
      shares_.emplace(name, std::move(share));
    });
  }

  std::shared_ptr<MemoryGate> gate_ = MemoryGate::Create(10);
  std::vector<std::string> started_;
  std::map<std::string, MemoryGate::Share> shares_;
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
  shares_.at("a").Release();
  EXPECT_THAT(started_, ElementsAre("a", "b"));
  shares_.at("b").Release();
  EXPECT_THAT(started_, ElementsAre("a", "b", "c", "d"));
}

TEST_F(MemoryGateTest, AStartThatDropsItsShareMakesRoomForTheNext) {
  Enter("a", 10);
  gate_->Enter(10, [](const MemoryGate::Share&) {});
  Enter("b", 10);
  shares_.at("a").Release();
  EXPECT_THAT(started_, ElementsAre("a", "b"));
}

TEST_F(MemoryGateTest, AShareIsGivenBackOnce) {
  Enter("a", 6);
  Enter("b", 10);
  MemoryGate::Share moved = std::move(shares_["a"]);
  shares_["a"].Release();
  EXPECT_THAT(started_, ElementsAre("a"));
  moved.Release();
  moved.Release();
  EXPECT_THAT(started_, ElementsAre("a", "b"));
  Enter("c", 1);
  EXPECT_THAT(started_, ElementsAre("a", "b"));
}

TEST_F(MemoryGateTest, StartsNothingOnceItIsClosed) {
  Enter("a", 10);
  Enter("b", 10);
  gate_->Close();
  shares_.at("a").Release();
  Enter("c", 1);
  EXPECT_THAT(started_, ElementsAre("a"));
}

TEST_F(MemoryGateTest, ASharesEndMayComeAfterTheGates) {
  Enter("a", 10);
  gate_.reset();
  shares_.at("a").Release();
  EXPECT_THAT(started_, ElementsAre("a"));
}

}  // namespace
}  // namespace mayfly::dataplane
