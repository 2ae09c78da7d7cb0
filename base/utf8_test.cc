#include "base/utf8.h"

#include <gtest/gtest.h>

#include <string>

namespace mayfly {
namespace {

TEST(Utf8Test, TakesEveryLengthAtItsBounds) {
  EXPECT_TRUE(IsUtf8(""));
  EXPECT_TRUE(IsUtf8(std::string(1, '\0')));
  EXPECT_TRUE(IsUtf8("plain ASCII, longer than one word of eight bytes"));
  EXPECT_TRUE(IsUtf8("\xC2\x80 \xDF\xBF \xE0\xA0\x80 \xED\x9F\xBF \xEE\x80\x80 \xEF\xBF\xBF"));
  EXPECT_TRUE(IsUtf8("\xF0\x90\x80\x80 \xF4\x8F\xBF\xBF"));
}

TEST(Utf8Test, RefusesOverlongForms) {
  EXPECT_FALSE(IsUtf8("\xC0\x80"));
  EXPECT_FALSE(IsUtf8("\xC1\xBF"));
  EXPECT_FALSE(IsUtf8("\xE0\x9F\xBF"));
  EXPECT_FALSE(IsUtf8("\xF0\x8F\xBF\xBF"));
}

TEST(Utf8Test, RefusesSurrogatesAndWhatIsBeyondUnicode) {
  EXPECT_FALSE(IsUtf8("\xED\xA0\x80"));
  EXPECT_FALSE(IsUtf8("\xED\xBF\xBF"));
  EXPECT_FALSE(IsUtf8("\xF4\x90\x80\x80"));
  EXPECT_FALSE(IsUtf8("\xF5\x80\x80\x80"));
  EXPECT_FALSE(IsUtf8("\xFF"));
}

TEST(Utf8Test, RefusesStrayAndMissingContinuations) {
  EXPECT_FALSE(IsUtf8("\x80"));
  EXPECT_FALSE(IsUtf8("12345678\x80"));
  EXPECT_FALSE(IsUtf8("\xC2"));
  EXPECT_FALSE(IsUtf8("\xE2\x82"));
  EXPECT_FALSE(IsUtf8("\xE2\x82("));
  EXPECT_FALSE(IsUtf8("\xF0\x9F\x98"));
}

TEST(Utf8Test, CutsBetweenCharacters) {
  EXPECT_EQ(ToUtf8("ab\xC3\xA9", 4), "ab\xC3\xA9");
  EXPECT_EQ(ToUtf8("ab\xC3\xA9", 3), "ab");
  EXPECT_EQ(ToUtf8("ab\xC3\xA9", 1), "a");
  EXPECT_EQ(ToUtf8("ab", 0), "");
}

TEST(Utf8Test, ReplacesEachByteThatIsNotUtf8) {
  EXPECT_EQ(ToUtf8("a\xFF\xFE.b", 100), "a\xEF\xBF\xBD\xEF\xBF\xBD.b");
  EXPECT_EQ(ToUtf8("\xED\xA0\x80", 100), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");
  EXPECT_EQ(ToUtf8("a\xFF\xFE", 6), "a\xEF\xBF\xBD");
}

TEST(Utf8Test, ShowsAnyTextAsUtf8) {
  EXPECT_EQ(EscapedPrefix("plain ü", 64), "plain ü");
  EXPECT_EQ(EscapedPrefix("a'b\n", 64), "a\\'b\\n");
  EXPECT_EQ(EscapedPrefix("a\xFF", 64), "a\\xff");
  EXPECT_EQ(EscapedPrefix("abcdef", 3), "abc");
  EXPECT_EQ(EscapedPrefix("aü", 2), "a");
  EXPECT_EQ(EscapedPrefix("\x80\x80\x80", 2), "\\x80\\x80");
}

TEST(Utf8Test, CutsBetweenTwoCharacters) {
  EXPECT_EQ(CutUtf8("a\xC3\xA9z", 4), "a\xC3\xA9z");
  EXPECT_EQ(CutUtf8("a\xC3\xA9z", 3), "a\xC3\xA9");
  EXPECT_EQ(CutUtf8("a\xC3\xA9z", 2), "a");
  EXPECT_EQ(CutUtf8("\xF0\x9F\xA6\x9F", 3), "");
}

}  // namespace
}  // namespace mayfly
