#include "runtime/python/utf8.h"

#include <gtest/gtest.h>

namespace mayfly::runtime {
namespace {

TEST(Utf8Test, LeavesWellFormedTextAlone) {
  EXPECT_EQ(ReplaceInvalidUtf8("aé€😀\xF4\x8F\xBF\xBF"), "aé€😀\xF4\x8F\xBF\xBF");
  EXPECT_EQ(ReplaceInvalidUtf8(""), "");
}

TEST(Utf8Test, ReplacesEachMaximalIllFormedPart) {
  EXPECT_EQ(ReplaceInvalidUtf8("a\xFF\xC0\x80z"), "a\uFFFD\uFFFD\uFFFDz");
  EXPECT_EQ(ReplaceInvalidUtf8("\xE2\x82"), "\uFFFD");
  EXPECT_EQ(ReplaceInvalidUtf8("\xF0\x9F\x98x"), "\uFFFDx");
  EXPECT_EQ(ReplaceInvalidUtf8("\xED\xA0\x80"), "\uFFFD\uFFFD\uFFFD");            // a surrogate
  EXPECT_EQ(ReplaceInvalidUtf8("\xE0\x80\x80"), "\uFFFD\uFFFD\uFFFD");            // an overlong form
  EXPECT_EQ(ReplaceInvalidUtf8("\xF4\x90\x80\x80"), "\uFFFD\uFFFD\uFFFD\uFFFD");  // beyond U+10FFFF
}

}  // namespace
}  // namespace mayfly::runtime
