#include "clients/cli/jsonc.h"

#include <gtest/gtest.h>
#include <yyjson.h>

namespace mayfly::cli {
namespace {

TEST(JsoncTest, ReadsCommentsTrailingCommasAndAByteOrderMark) {
  const auto document = JsoncDocument::Parse("f.jsonc", "\xEF\xBB\xBF{ // one\n  \"a\": [1, /* two */ 2,],\n}\n");
  ASSERT_TRUE(document.ok()) << document.status();
  EXPECT_EQ(yyjson_arr_size(yyjson_obj_get(document->root(), "a")), 2u);
}

TEST(JsoncTest, NamesThePlaceOfASyntaxError) {
  const auto document = JsoncDocument::Parse("f.json", "{\n  \"a\": 1\n  \"b\": 2\n}");
  EXPECT_EQ(document.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(document.status().message(),
            "f.json:3:3: not JSON: unexpected character, expected ',' or '}'\n"
            "  1 | {\n"
            "  2 |   \"a\": 1\n"
            "> 3 |   \"b\": 2\n"
            "    |   ^\n"
            "  4 | }\n");
}

TEST(JsoncTest, RefusesAnEmptyFileAndInvalidUtf8) {
  EXPECT_FALSE(JsoncDocument::Parse("f.json", "").ok());
  EXPECT_FALSE(JsoncDocument::Parse("f.json", "\"\xFF\"").ok());
}

TEST(JsoncTest, KnowsWhereAStringBeginsAfterEscapesAndWideCharacters) {
  const auto document = JsoncDocument::Parse("f.json", "{\"a\\n\\u00e9é\": 1,\n \"é\": 2, \"b\": 3}");
  ASSERT_TRUE(document.ok()) << document.status();
  yyjson_obj_iter members = yyjson_obj_iter_with(document->root());
  EXPECT_EQ(document->PlaceOfString(yyjson_obj_iter_next(&members)).column, 2);
  const Place second = document->PlaceOfString(yyjson_obj_iter_next(&members));
  EXPECT_EQ(second.line, 2);
  EXPECT_EQ(second.column, 2);
  EXPECT_EQ(document->PlaceOfString(yyjson_obj_iter_next(&members)).column, 10);
}

}  // namespace
}  // namespace mayfly::cli
