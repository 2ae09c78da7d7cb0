#include "runtime/js/random_source.h"

#include <gtest/gtest.h>

#include <array>
#include <set>

namespace mayfly::runtime::js {
namespace {

TEST(RandomSourceTest, TenThousandDrawsDifferAndLieInTheirRange) {
  RandomSource random;
  std::set<double> seen;
  for (int i = 0; i < 10'000; ++i) {
    const double value = random.NextDouble();
    EXPECT_GE(value, 0.0);
    EXPECT_LT(value, 1.0);
    seen.insert(value);
  }
  EXPECT_EQ(seen.size(), 10'000u);
}

TEST(RandomSourceTest, ACopiedSourceDrawsOtherValuesOnceItsBufferIsDropped) {
  RandomSource random;
  random.NextDouble();
  RandomSource copy = random;
  EXPECT_EQ(random.NextDouble(), copy.NextDouble());
  random.Discard();
  copy.Discard();
  EXPECT_NE(random.NextDouble(), copy.NextDouble());
}

TEST(RandomSourceTest, FillsEveryByte) {
  std::array<uint8_t, 4096> bytes = {};
  RandomSource::Fill(bytes);
  EXPECT_EQ(std::set<uint8_t>(bytes.begin(), bytes.end()).size(), 256u);
}

}  // namespace
}  // namespace mayfly::runtime::js
