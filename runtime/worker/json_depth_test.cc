#include "runtime/worker/json_depth.h"

#include <gtest/gtest.h>

#include <string>

namespace mayfly::runtime {
namespace {

TEST(JsonDepthTest, CountsArraysAndObjectsAlike) {
  EXPECT_EQ(JsonDepth("1"), 0);
  EXPECT_EQ(JsonDepth("[]"), 1);
  EXPECT_EQ(JsonDepth(R"([{"a":[1]},[2]])"), 3);
  EXPECT_EQ(JsonDepth(std::string(1001, '[') + std::string(1001, ']')), 1001);
}

TEST(JsonDepthTest, SeesNoBracketInAString) {
  EXPECT_EQ(JsonDepth(R"(["[[[\"[[[","\\"])"), 1);
  EXPECT_EQ(JsonDepth(R"("[{")"), 0);
}

}  // namespace
}  // namespace mayfly::runtime
