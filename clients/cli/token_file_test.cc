#include "clients/cli/token_file.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mayfly::cli {
namespace {

TEST(TokenFileTest, HasOneTokenALine) {
  EXPECT_THAT(ParseTokens("# ours\r\n\n one \ntwo"), testing::ElementsAre("one", "two"));
  EXPECT_THAT(ParseTokens("#\n"), testing::IsEmpty());
}

}  // namespace
}  // namespace mayfly::cli
