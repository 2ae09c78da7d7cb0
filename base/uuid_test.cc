#include "base/uuid.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <string>

namespace mayfly {
namespace {

using ::testing::MatchesRegex;

TEST(UuidTest, IsAVersion7InLowerCaseHex) {
  EXPECT_THAT(NewUuidV7(), MatchesRegex("[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"));
}

TEST(UuidTest, LaterOnesSortBehindEarlierOnes) {
  std::string last = NewUuidV7();
  for (int i = 0; i < 10'000; ++i) {
    std::string next = NewUuidV7();
    EXPECT_LT(last, next);
    last = std::move(next);
  }
}

TEST(UuidTest, BeginsWithTheTimeInMilliseconds) {
  const auto millis = [] {
    return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
        .count();
  };
  const auto before = millis();
  const std::string id = NewUuidV7();
  const auto after = millis();
  const auto time = std::stoll(id.substr(0, 8) + id.substr(9, 4), nullptr, 16);
  EXPECT_LE(before, time);
  EXPECT_LE(time, after);
}

}  // namespace
}  // namespace mayfly
