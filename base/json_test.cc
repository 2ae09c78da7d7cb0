#include "base/json.h"

#include <gtest/gtest.h>

#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/reason.h"

namespace mayfly {
namespace {

absl::Status Validate(std::string_view text) { return ValidateJson(text, reason::kEventInvalid, "the event"); }

TEST(JsonTest, AcceptsEveryValidKind) {
  for (const std::string_view text : {
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
  for (const std::string& text : {
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

// Every parsing case of JSONTestSuite.
TEST(JsonTest, AgreesWithTheSuite) {
  std::ifstream cases("base/testdata/json_cases.tsv");
  int count = 0;
  for (std::string line; std::getline(cases, line);) {
    if (line[0] == '#') continue;
    const std::vector<std::string> parts = absl::StrSplit(line, '\t');
    ASSERT_EQ(parts.size(), 4u) << line;
    int repeats;
    std::string piece, text;
    ASSERT_TRUE(absl::SimpleAtoi(parts[2], &repeats) && absl::CUnescape(parts[3], &piece)) << line;
    for (int i = 0; i < repeats; ++i) text += piece;
    EXPECT_EQ(Validate(text).ok(), parts[0] == "y") << parts[1];
    ++count;
  }
  EXPECT_EQ(count, 318);
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
