#include "bench/latencies.h"

#include <gtest/gtest.h>

namespace mayfly::bench {
namespace {

Latencies OneToHundred() {
  Latencies latencies;
  for (int i = 100; i >= 1; --i) latencies.Add(absl::Microseconds(i));
  return latencies;
}

TEST(LatenciesTest, APercentileIsATimeThatWasMeasured) {
  Latencies latencies = OneToHundred();
  EXPECT_EQ(latencies.Percentile(50), absl::Microseconds(50));
  EXPECT_EQ(latencies.Percentile(99), absl::Microseconds(99));
  EXPECT_EQ(latencies.Percentile(99.5), absl::Microseconds(100));
}

TEST(LatenciesTest, TheEndsAreTheLeastAndTheMost) {
  Latencies latencies = OneToHundred();
  EXPECT_EQ(latencies.Percentile(0), absl::Microseconds(1));
  EXPECT_EQ(latencies.Percentile(100), absl::Microseconds(100));
}

TEST(LatenciesTest, MergesAndCounts) {
  Latencies latencies = OneToHundred();
  latencies.Merge(OneToHundred());
  EXPECT_EQ(latencies.count(), 200u);
  EXPECT_EQ(latencies.Percentile(50), absl::Microseconds(50));
}

TEST(LatenciesTest, NoCallsTakeNoTime) { EXPECT_EQ(Latencies().Percentile(99), absl::ZeroDuration()); }

}  // namespace
}  // namespace mayfly::bench
