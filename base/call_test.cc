#include "base/call.h"

#include <gtest/gtest.h>

namespace mayfly {
namespace {

TEST(ServerCallTest, CancelRunsTheCallbackOnce) {
  ServerCall call(absl::InfiniteFuture(), {});
  int runs = 0;
  call.OnCancel([&] { ++runs; });
  call.Cancel();
  call.Cancel();
  EXPECT_EQ(runs, 1);
  EXPECT_TRUE(call.cancelled());
}

TEST(ServerCallTest, ACallbackThatComesLateRunsAtOnce) {
  ServerCall call(absl::InfiniteFuture(), {});
  call.Cancel();
  int runs = 0;
  call.OnCancel([&] { ++runs; });
  EXPECT_EQ(runs, 1);
}

TEST(ServerCallTest, ARemovedCallbackDoesNotRun) {
  ServerCall call(absl::InfiniteFuture(), {});
  int runs = 0;
  call.OnCancel([&] { ++runs; });
  call.OnCancel({});
  call.Cancel();
  EXPECT_EQ(runs, 0);
}

TEST(ServerCallTest, FindsTheFirstValueOfAKey) {
  ServerCall call(absl::InfiniteFuture(), {{"a", "1"}, {"b", "2"}, {"a", "3"}});
  EXPECT_EQ(call.FindRequestMetadata("a"), "1");
  EXPECT_EQ(call.FindRequestMetadata("c"), std::nullopt);
}

}  // namespace
}  // namespace mayfly
