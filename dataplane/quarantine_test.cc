#include "dataplane/quarantine.h"

#include <gtest/gtest.h>

#include <memory>

#include "dataplane/function_revision.h"
#include "dataplane/test_functions.h"

namespace mayfly::dataplane {
namespace {

constexpr absl::Duration kNone = absl::ZeroDuration();
constexpr absl::Duration kTick = absl::Milliseconds(1);

class QuarantineTest : public ::testing::Test {
 protected:
  using Revision = std::shared_ptr<const FunctionRevision>;

  absl::Duration Crash(const Revision& function) { return quarantine_.OnCrash(function, now_); }
  absl::Duration PauseLeft(const Revision& function) const { return quarantine_.PauseLeft(*function, now_); }

  absl::Duration now_ = absl::Seconds(1000);
  Quarantine quarantine_{
      {.crashes_max = 3, .pause_min = absl::Seconds(1), .pause_max = absl::Seconds(5), .records_max = 2}};
  const Revision a_ = MakeTestRevision("a");
  const Revision b_ = MakeTestRevision("b");
  const Revision c_ = MakeTestRevision("c");
};

TEST_F(QuarantineTest, BeginsWithTheLastOfSoManyCrashesInARow) {
  EXPECT_TRUE(quarantine_.empty());
  EXPECT_EQ(Crash(a_), kNone);
  EXPECT_EQ(Crash(a_), kNone);
  EXPECT_EQ(PauseLeft(a_), kNone);
  EXPECT_EQ(Crash(a_), absl::Seconds(1));
  EXPECT_EQ(PauseLeft(a_), absl::Seconds(1));
  EXPECT_EQ(quarantine_.CountPaused(now_), 1);
  EXPECT_FALSE(quarantine_.empty());
}

TEST_F(QuarantineTest, EndsWhenItsPauseIsOver) {
  for (int i = 0; i < 3; ++i) Crash(a_);
  now_ += absl::Seconds(1) - kTick;
  EXPECT_EQ(PauseLeft(a_), kTick);
  now_ += kTick;
  EXPECT_EQ(PauseLeft(a_), kNone);
  EXPECT_EQ(quarantine_.CountPaused(now_), 0);
}

TEST_F(QuarantineTest, EachFurtherCrashDoublesThePauseUpToTheBound) {
  for (int i = 0; i < 2; ++i) Crash(a_);
  for (const int seconds : {1, 2, 4, 5, 5}) {
    EXPECT_EQ(Crash(a_), absl::Seconds(seconds));
    now_ += PauseLeft(a_);
  }
}

TEST_F(QuarantineTest, ACrashDuringAPauseChangesNothing) {
  for (int i = 0; i < 3; ++i) Crash(a_);
  now_ += kTick;
  EXPECT_EQ(Crash(a_), kNone);
  EXPECT_EQ(PauseLeft(a_), absl::Seconds(1) - kTick);
  now_ += PauseLeft(a_);
  EXPECT_EQ(Crash(a_), absl::Seconds(2));
}

TEST_F(QuarantineTest, ASuccessBeginsTheCountAnew) {
  for (int i = 0; i < 2; ++i) Crash(a_);
  quarantine_.Forget(*a_);
  for (int i = 0; i < 2; ++i) EXPECT_EQ(Crash(a_), kNone);
  EXPECT_EQ(Crash(a_), absl::Seconds(1));
  quarantine_.Forget(*a_);
  EXPECT_EQ(PauseLeft(a_), kNone);
  EXPECT_EQ(Crash(a_), kNone);
}

TEST_F(QuarantineTest, IsOfOneFunctionAlone) {
  for (int i = 0; i < 3; ++i) Crash(a_);
  EXPECT_EQ(PauseLeft(b_), kNone);
  EXPECT_EQ(Crash(b_), kNone);
}

TEST_F(QuarantineTest, ARevisionThatIsGoneLeavesNothingToTheNextAtItsPlace) {
  Revision gone = MakeTestRevision("gone");
  for (int i = 0; i < 3; ++i) Crash(gone);
  const FunctionRevision* const place = gone.get();
  gone.reset();
  // Never looked into: it is only the place that counts.
  EXPECT_EQ(quarantine_.PauseLeft(*place, now_), kNone);
  EXPECT_EQ(quarantine_.CountPaused(now_), 0);
}

TEST_F(QuarantineTest, ForgetsTheOneThatCrashedLongestAgoWhenItIsFull) {
  for (const Revision& function : {a_, b_, c_}) {
    for (int i = 0; i < 3; ++i) Crash(function);
    now_ += kTick;
  }
  EXPECT_EQ(PauseLeft(a_), kNone);
  EXPECT_EQ(PauseLeft(b_), absl::Seconds(1) - 2 * kTick);
  EXPECT_EQ(PauseLeft(c_), absl::Seconds(1) - kTick);
}

TEST_F(QuarantineTest, ForgetsThoseThatAreGoneFirst) {
  for (int i = 0; i < 3; ++i) Crash(a_);
  now_ += kTick;
  Crash(MakeTestRevision("gone"));
  Crash(c_);
  EXPECT_EQ(PauseLeft(a_), absl::Seconds(1) - kTick);
}

}  // namespace
}  // namespace mayfly::dataplane
