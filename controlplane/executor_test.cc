#include "controlplane/executor.h"

#include <gtest/gtest.h>

#include <vector>

#include "absl/synchronization/notification.h"

namespace mayfly::controlplane {
namespace {

TEST(ExecutorTest, RunsTasksInOrderAndAllOfThemBeforeItEnds) {
  std::vector<int> ran;
  {
    Executor executor({.threads = 1, .queue_max = 100});
    for (int i = 0; i < 100; ++i) ASSERT_TRUE(executor.Submit([&ran, i] { ran.push_back(i); }));
  }
  ASSERT_EQ(ran.size(), 100u);
  for (int i = 0; i < 100; ++i) EXPECT_EQ(ran[i], i);
}

TEST(ExecutorTest, RefusesWhatDoesNotFitTheQueue) {
  absl::Notification begun, release;
  bool dropped_ran = false;
  {
    Executor executor({.threads = 1, .queue_max = 1});
    ASSERT_TRUE(executor.Submit([&] {
      begun.Notify();
      release.WaitForNotification();
    }));
    begun.WaitForNotification();
    EXPECT_TRUE(executor.Submit([] {}));
    EXPECT_FALSE(executor.Submit([&] { dropped_ran = true; }));
    release.Notify();
  }
  EXPECT_FALSE(dropped_ran);
}

}  // namespace
}  // namespace mayfly::controlplane
