#include "gateway/path_template.h"

#include <gtest/gtest.h>

namespace mayfly::gateway {
namespace {

TEST(PathTemplateTest, ReadsSegmentsVariablesAndVerb) {
  const auto path = PathTemplate::Parse("/v1/{name=namespaces/*/functions/*}/{id}:invoke");
  ASSERT_TRUE(path.ok());
  ASSERT_EQ(path->segments.size(), 6u);
  EXPECT_EQ(path->segments[0].literal, "v1");
  EXPECT_EQ(path->segments[2].kind, PathTemplate::Kind::kStar);
  ASSERT_EQ(path->variables.size(), 2u);
  EXPECT_EQ(path->variables[0].field_path, "name");
  EXPECT_EQ(path->variables[0].begin, 1u);
  EXPECT_EQ(path->variables[0].end, 5u);
  EXPECT_TRUE(path->variables[0].several_segments);
  EXPECT_FALSE(path->variables[1].several_segments);
  EXPECT_EQ(path->verb, "invoke");
}

TEST(PathTemplateTest, ReadsWildcardsWithoutANameAndDottedNames) {
  const auto path = PathTemplate::Parse("/a/*/{b.c=**}");
  ASSERT_TRUE(path.ok());
  EXPECT_EQ(path->segments[2].kind, PathTemplate::Kind::kDoubleStar);
  EXPECT_EQ(path->variables[0].field_path, "b.c");
  EXPECT_TRUE(path->variables[0].several_segments);
}

TEST(PathTemplateTest, RefusesWhatIsNoTemplate) {
  for (const char* text : {"", "a", "/", "//", "/a/", "/{a", "/{}", "/{=*}", "/{a={b}}", "/a}", "/**/a", "/{a=**}/b",
                           "/a*", "/{a=}", "/{a}b"}) {
    EXPECT_EQ(PathTemplate::Parse(text).status().code(), absl::StatusCode::kInvalidArgument) << text;
  }
}

}  // namespace
}  // namespace mayfly::gateway
