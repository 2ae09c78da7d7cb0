#include "base/nearest.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mayfly {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(NearestTest, NamesTheNearestFirst) {
  EXPECT_THAT(Nearest("sorce", {"id", "source", "force"}, 3), ElementsAre("source", "force"));
}

TEST(NearestTest, ASwapIsOneEditAndCaseIsNone) {
  EXPECT_THAT(Nearest("LANGAUGEID", {"languageId"}, 1), ElementsAre("languageId"));
}

TEST(NearestTest, NamesNothingThatIsFar) {
  EXPECT_THAT(Nearest("banana", {"id", "source"}, 3), IsEmpty());
  EXPECT_THAT(Nearest("a", {"b"}, 3), IsEmpty());
}

TEST(NearestTest, NamesWhatGoesOnBehindWhatIsSpeltAlike) {
  EXPECT_THAT(Nearest("--data", {"--data-plane", "--date", "--data-dir"}, 3),
              ElementsAre("--date", "--data-plane", "--data-dir"));
  EXPECT_THAT(Nearest("PY", {"js", "python"}, 3), ElementsAre("python"));
  EXPECT_THAT(Nearest("p", {"python"}, 3), IsEmpty());
  EXPECT_THAT(Nearest("dir", {"--data-dir"}, 3), IsEmpty());
}

TEST(NearestTest, AsksInASentence) {
  EXPECT_EQ(DidYouMean("helo", {"hello"}), "; did you mean 'hello'?");
  EXPECT_EQ(DidYouMean("aab", {"aaa", "aac", "aad"}), "; did you mean 'aaa', 'aac' or 'aad'?");
  EXPECT_EQ(DidYouMean("zzz", {"hello"}), "");
}

}  // namespace
}  // namespace mayfly
