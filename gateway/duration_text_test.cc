#include "gateway/duration_text.h"

#include <gtest/gtest.h>

#include <string>

namespace mayfly::gateway {
namespace {

struct Case {
  const char* text;
  int64_t seconds;
  int32_t nanos;
};

TEST(DurationTextTest, ReadsSecondsWithAFraction) {
  for (const Case& one : {Case{"0s", 0, 0}, Case{"3s", 3, 0}, Case{"1.5s", 1, 500'000'000},
                          Case{"-1.500s", -1, -500'000'000}, Case{"-0.000001s", 0, -1000}, Case{"0.000000001s", 0, 1},
                          Case{"-2s", -2, 0}, Case{"315576000000.999999999s", 315'576'000'000, 999'999'999}}) {
    google::protobuf::Duration duration;
    ASSERT_TRUE(ReadDuration(one.text, duration)) << one.text;
    EXPECT_EQ(duration.seconds(), one.seconds) << one.text;
    EXPECT_EQ(duration.nanos(), one.nanos) << one.text;
  }
}

TEST(DurationTextTest, RefusesWhatIsNone) {
  for (const char* text : {"", "s", "1", "-s", ".5s", "1.s", "1.-5s", "--1s", "+1s", "1 s", " 1s", "1e3s",
                           "1.0000000001s", "315576000001s", "99999999999999999999s", "1m", " -1.500s"}) {
    google::protobuf::Duration duration;
    EXPECT_FALSE(ReadDuration(text, duration)) << text;
  }
}

}  // namespace
}  // namespace mayfly::gateway
