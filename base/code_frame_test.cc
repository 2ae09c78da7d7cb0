#include "base/code_frame.h"

#include <gtest/gtest.h>

#include <string>

namespace mayfly {
namespace {

constexpr char kSource[] = "function handler(event) {\n  return event.user.name;\n}\n";

TEST(CodeFrameTest, PointsAtThePlace) {
  EXPECT_EQ(CodeFrame(kSource, 2, 21),
            "  1 | function handler(event) {\n"
            "> 2 |   return event.user.name;\n"
            "    |                     ^\n"
            "  3 | }\n");
}

TEST(CodeFrameTest, HasNoCaretWithoutAColumn) {
  EXPECT_EQ(CodeFrame(kSource, 1, 0),
            "> 1 | function handler(event) {\n"
            "  2 |   return event.user.name;\n");
}

TEST(CodeFrameTest, AlignsNumbersOfDifferentWidth) {
  const std::string source = "a\nb\nc\nd\ne\nf\ng\nh\ni\nj\n";
  EXPECT_EQ(CodeFrame(source, 9, 1), "   7 | g\n   8 | h\n>  9 | i\n     | ^\n  10 | j\n");
}

TEST(CodeFrameTest, CountsCharactersNotBytes) {
  EXPECT_EQ(CodeFrame("\xc3\xa9\xc3\xa9x", 1, 3), "> 1 | \xc3\xa9\xc3\xa9x\n    |   ^\n");
}

TEST(CodeFrameTest, AnyPlaceIsSafe) {
  for (const int32_t place : {INT32_MIN, -1, 0, 4, 5, INT32_MAX}) {
    CodeFrame(kSource, place, place);
    CodeFrame(kSource, 1, place);
  }
  EXPECT_EQ(CodeFrame(kSource, 0, 1), "");
  EXPECT_EQ(CodeFrame(kSource, 5, 1), "");
}

TEST(CodeFrameTest, ScrollsALongLine) {
  const std::string frame = CodeFrame(std::string(500, 'a') + "!", 1, 501);
  EXPECT_NE(frame.find('!'), std::string::npos);
  EXPECT_LT(frame.size(), 250u);
}

}  // namespace
}  // namespace mayfly
