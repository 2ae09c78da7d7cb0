#include "clients/cli/terminal.h"

#include <gtest/gtest.h>

#include <sstream>

namespace mayfly::cli {
namespace {

TEST(ScreenTest, PaintsOnlyWhereThereIsColour) {
  std::ostringstream stream;
  EXPECT_EQ(Screen(stream, Colour::kNever).Paint(Style::kRed, "no"), "no");
  EXPECT_EQ(Screen(stream, Colour::kAlways).Paint(Style::kRed, "no"), "\033[31mno\033[0m");
}

TEST(PrintableTest, KeepsTextNewlinesAndTabs) { EXPECT_EQ(Printable("é\tü\n€"), "é\tü\n€"); }

TEST(PrintableTest, DisarmsEscapeSequences) {
  EXPECT_EQ(Printable("a\033[2Jb\rc\x7F"), "a\uFFFD[2Jb\uFFFDc\uFFFD");
  EXPECT_EQ(Printable("\xC2\x9B"
                      "2J\xC2"),
            "\uFFFD2J\xC2");
}

}  // namespace
}  // namespace mayfly::cli
