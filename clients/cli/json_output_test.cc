#include "clients/cli/json_output.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/reason.h"

namespace mayfly::cli {
namespace {

TEST(JsonOutputTest, QuotesWhatNeedsQuoting) { EXPECT_EQ(QuoteJson("a\"\n\\é"), R"("a\"\n\\é")"); }

TEST(JsonOutputTest, KeepsTheDigitsOfAResult) {
  const std::string json = ReplyToJson({.result = "{\"n\": 1e400}", .receipt = {}});
  EXPECT_EQ(json.substr(0, 36), R"({"result":{"n": 1e400},"receipt":{"i)");
}

TEST(JsonOutputTest, AnErrorHasTheHttpDoorsShape) {
  EXPECT_EQ(ErrorToJson(MakeError(absl::StatusCode::kNotFound, reason::kFunctionNotFound, "no 'x'")),
            R"({"error":"no 'x'","code":5,"status":"NOT_FOUND","message":"no 'x'","details":[)"
            R"({"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"FUNCTION_NOT_FOUND","domain":"mayfly",)"
            R"("metadata":{}}]})");
}

TEST(JsonOutputTest, ListsABareArray) {
  EXPECT_EQ(FunctionsToJson({}), "[]");
  std::vector<v1::Function> two(2);
  two[1].set_id("b");
  const std::string json = FunctionsToJson(two);
  EXPECT_EQ(json.front(), '[');
  EXPECT_NE(json.find(R"(},{"name":"","id":"b")"), std::string::npos);
}

}  // namespace
}  // namespace mayfly::cli
