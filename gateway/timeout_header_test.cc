#include "gateway/timeout_header.h"

#include <gtest/gtest.h>

namespace mayfly::gateway {
namespace {

TEST(TimeoutHeaderTest, ReadsEveryUnit) {
  EXPECT_EQ(ParseTimeoutHeader("2H"), absl::Hours(2));
  EXPECT_EQ(ParseTimeoutHeader("2M"), absl::Minutes(2));
  EXPECT_EQ(ParseTimeoutHeader("5S"), absl::Seconds(5));
  EXPECT_EQ(ParseTimeoutHeader("500m"), absl::Milliseconds(500));
  EXPECT_EQ(ParseTimeoutHeader("1u"), absl::Microseconds(1));
  EXPECT_EQ(ParseTimeoutHeader("99999999n"), absl::Nanoseconds(99'999'999));
  EXPECT_EQ(ParseTimeoutHeader("0S"), absl::ZeroDuration());
}

TEST(TimeoutHeaderTest, RefusesEverythingElse) {
  for (const char* value : {"", "S", "5", "5s", "-1S", "+1S", "1.5S", " 1S", "1S ", "123456789S", "1 S", "xS", "5SS"}) {
    EXPECT_EQ(ParseTimeoutHeader(value), std::nullopt) << value;
  }
}

}  // namespace
}  // namespace mayfly::gateway
