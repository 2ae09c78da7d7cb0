#include "gateway/percent.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mayfly::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(PercentTest, DecodesEscapes) {
  EXPECT_EQ(PercentDecode("a%20b%2f%C3%a9+"), "a b/\xc3\xa9+");
  EXPECT_EQ(PercentDecode("a%2Fb%2fc%20", EscapedSlash::kKeep), "a%2Fb%2fc ");
  EXPECT_EQ(PercentDecode(""), "");
}

TEST(PercentTest, RefusesBadEscapesAndWhatIsNotUtf8) {
  for (const char* text : {"%", "%2", "%2g", "%g2", "a%", "%ff", "\xff", "%c3", "%ed%a0%80"}) {
    EXPECT_EQ(PercentDecode(text), std::nullopt) << text;
  }
}

TEST(PercentTest, ReadsAQuery) {
  EXPECT_THAT(
      *ParseQuery("a=1&b=x+y%2B&c&=d&&e=f=g&a=2"),
      ElementsAre(Pair("a", "1"), Pair("b", "x y+"), Pair("c", ""), Pair("", "d"), Pair("e", "f=g"), Pair("a", "2")));
  EXPECT_THAT(*ParseQuery(""), ElementsAre());
  EXPECT_EQ(ParseQuery("a=%zz"), std::nullopt);
  EXPECT_EQ(ParseQuery("%=1"), std::nullopt);
}

}  // namespace
}  // namespace mayfly::gateway
