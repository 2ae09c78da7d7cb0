#include "base/function_name.h"

#include <gtest/gtest.h>

#include <string>

#include "base/error.h"

namespace mayfly {
namespace {

TEST(FunctionNameTest, ABareIdMeansTheDefaultNamespace) {
  EXPECT_EQ(ParseFunctionName("hello")->ToString(), "namespaces/default/functions/hello");
}

TEST(FunctionNameTest, ReadsAWholeName) {
  const auto name = ParseFunctionName("namespaces/team-a/functions/x.y_z-1");
  ASSERT_TRUE(name.ok());
  EXPECT_EQ(*name, (FunctionName{"team-a", "x.y_z-1"}));
}

TEST(FunctionNameTest, RefusesEverythingElse) {
  for (const std::string bad : {"", "-a", ".a", "a/b", "namespaces/a", "namespaces//functions/b",
                                "namespaces/a/functions/b/c", "a b", "a\n", "\xc3\xa9", "namespaces/a/function/b"}) {
    EXPECT_EQ(ErrorReason(ParseFunctionName(bad).status()), "NAME_INVALID") << bad;
  }
  EXPECT_TRUE(IsValidId(std::string(128, 'a')));
  EXPECT_FALSE(IsValidId(std::string(129, 'a')));
}

TEST(FunctionNameTest, SaysWhatANameIs) {
  EXPECT_EQ(ParseFunctionName("a\nb").status().message(),
            "'a\\nb' is not a function's name: an id, or namespaces/{namespace}/functions/{id}; an id is a letter or "
            "digit, then up to 127 letters, digits, '.', '_' or '-'");
}

TEST(FunctionNameTest, ReadsAParent) {
  EXPECT_EQ(*ParseParent(""), "default");
  EXPECT_EQ(*ParseParent("namespaces/a"), "a");
  EXPECT_EQ(ErrorReason(ParseParent("a").status()), "NAME_INVALID");
}

}  // namespace
}  // namespace mayfly
