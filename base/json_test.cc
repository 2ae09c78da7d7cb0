#include "base/json.h"

#include <gtest/gtest.h>

#include <string>

#include "base/error.h"
#include "base/limits.h"
#include "base/reason.h"

namespace mayfly {
namespace {

absl::Status Validate(std::string_view text) { return ValidateJson(text, reason::kEventInvalid, "the event"); }

TEST(JsonTest, AcceptsEveryValidKind) {
  for (const std::string text : {
           "null",
           " true ",
           "0",
           "-0.0e+10",
           "1e400",
           "123456789012345678901234567890",
           "\"\"",
           "\"\\ud800\"",
           "\"\\udc00\\ud800\"",
           "\"\xc3\xa9\\u0000\"",
           "[]",
           "{}",
           "{\"a\":1,\"a\":2}",
           "{\"__proto__\":{}}",
           "[[[]],{\"\":[1,2,3]}]\n\t\r ",
       }) {
    EXPECT_EQ(Validate(text), absl::OkStatus()) << text;
  }
}

TEST(JsonTest, RefusesWhatIsNotJson) {
  for (const std::string text : {
           std::string(""),
           std::string(" "),
           std::string("{"),
           std::string("[1,]"),
           std::string("{\"a\":1,}"),
           std::string("01"),
           std::string("+1"),
           std::string(".5"),
           std::string("1."),
           std::string("NaN"),
           std::string("Infinity"),
           std::string("'a'"),
           std::string("\"\\x41\""),
           std::string("\"\t\""),
           std::string("\"\xff\""),
           std::string("\"\xc0\x80\""),
           std::string("\"\xed\xa0\x80\""),
           std::string("\xef\xbb\xbf{}"),
           std::string("{}{}"),
           std::string("// a\n1"),
           std::string("nul"),
           std::string("\"a"),
           std::string("{}\0", 3),
           std::string("{\"a\":1 \"b\":2}"),
           std::string("[1 2]"),
           std::string("{a:1}"),
           std::string("]"),
           std::string("\"\\u12\""),
           std::string("-"),
           std::string("1e"),
       }) {
    const absl::Status status = Validate(text);
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << text;
    EXPECT_EQ(ErrorReason(status), "EVENT_INVALID") << text;
  }
}

TEST(JsonTest, NestsAsDeepAsTheLimitAndNoDeeper) {
  EXPECT_TRUE(Validate(std::string(kJsonDepthMax, '[') + std::string(kJsonDepthMax, ']')).ok());
  EXPECT_EQ(Validate(std::string(kJsonDepthMax + 1, '[') + std::string(kJsonDepthMax + 1, ']')).message(),
            "the event is nested more than 1000 deep (line 1, column 1001)");
}

TEST(JsonTest, NamesThePlace) {
  EXPECT_EQ(Validate("{\"a\": 1,\n \"b\": x}").message(), "the event is not JSON: syntax error (line 2, column 7)");
  EXPECT_EQ(Validate("{\"a\": ").message(), "the event ends too early (line 1, column 7)");
  EXPECT_EQ(Validate("{} x").message(), "the event goes on after its end (line 1, column 4)");
}

}  // namespace
}  // namespace mayfly
