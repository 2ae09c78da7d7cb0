#include "dataplane/asio_timer_queue.h"

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <memory>
#include <vector>

#include "base/clock.h"

namespace mayfly::dataplane {
namespace {

class AsioTimerQueueTest : public ::testing::Test {
 protected:
  absl::Duration In(absl::Duration time) { return clock_.Monotonic() + time; }

  boost::asio::io_context context_;
  SystemClock clock_;
  AsioTimerQueue timers_{context_.get_executor()};
};

TEST_F(AsioTimerQueueTest, RunsCallbacksInTheOrderOfTheirTimes) {
  std::vector<int> ran;
  const absl::Duration first = In(absl::Milliseconds(1));
  timers_.Schedule(first + absl::Milliseconds(2), [&] { ran.push_back(3); });
  timers_.Schedule(first, [&] { ran.push_back(1); });
  timers_.Schedule(first + absl::Milliseconds(1), [&] { ran.push_back(2); });
  EXPECT_TRUE(ran.empty());
  context_.run();
  EXPECT_EQ(ran, (std::vector<int>{1, 2, 3}));
}

TEST_F(AsioTimerQueueTest, RunsNothingBeforeItsTime) {
  const absl::Duration due = In(absl::Milliseconds(5));
  absl::Duration ran;
  timers_.Schedule(due, [&] { ran = clock_.Monotonic(); });
  context_.run();
  EXPECT_GE(ran, due);
}

TEST_F(AsioTimerQueueTest, WhatIsCancelledDoesNotRun) {
  bool ran = false;
  const TimerQueue::Id id = timers_.Schedule(In(absl::Milliseconds(1)), [&] { ran = true; });
  timers_.Cancel(id);
  timers_.Cancel(id);
  timers_.Cancel({});
  context_.run();
  EXPECT_FALSE(ran);
}

TEST_F(AsioTimerQueueTest, ATimeThatHasPassedRunsButNotInsideTheCall) {
  bool ran = false;
  timers_.Schedule(absl::ZeroDuration(), [&] { ran = true; });
  EXPECT_FALSE(ran);
  context_.run();
  EXPECT_TRUE(ran);
}

TEST_F(AsioTimerQueueTest, ACallbackMaySchedule) {
  int runs = 0;
  timers_.Schedule(In(absl::ZeroDuration()), [&] {
    ++runs;
    timers_.Schedule(In(absl::ZeroDuration()), [&] { ++runs; });
  });
  context_.run();
  EXPECT_EQ(runs, 2);
}

TEST_F(AsioTimerQueueTest, WhatACancelledCallbackHeldIsLetGo) {
  auto held = std::make_shared<int>(1);
  const std::weak_ptr<int> watched = held;
  const TimerQueue::Id id = timers_.Schedule(In(absl::Hours(1)), [held = std::move(held)] {});
  EXPECT_FALSE(watched.expired());
  timers_.Cancel(id);
  EXPECT_TRUE(watched.expired());
}

}  // namespace
}  // namespace mayfly::dataplane
