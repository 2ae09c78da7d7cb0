#include "controlplane/page_token.h"

#include <gtest/gtest.h>

#include "absl/strings/escaping.h"
#include "base/error.h"
#include "base/reason.h"

namespace mayfly::controlplane {
namespace {

const FunctionName kName = {.namespace_id = "team", .function_id = "f"};

void ExpectInvalid(const absl::Status& status) {
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument) << status;
  EXPECT_EQ(ErrorReason(status), reason::kPageTokenInvalid);
  EXPECT_EQ(status.message(), "the page token was not given for this list; begin without one");
}

TEST(PageTokenTest, ComesBackForTheSameList) {
  EXPECT_EQ(*ParseListToken(MakeListToken("team", "last.id"), "team"), "last.id");
  EXPECT_EQ(*ParseRevisionsToken(MakeRevisionsToken(kName, 7), kName), 7);
}

TEST(PageTokenTest, EmptyIsTheFirstPage) {
  EXPECT_EQ(*ParseListToken("", "team"), "");
  EXPECT_EQ(*ParseRevisionsToken("", kName), 2147483647);
}

TEST(PageTokenTest, IsRefusedForAnotherList) {
  ExpectInvalid(ParseListToken(MakeListToken("team", "a"), "other").status());
  ExpectInvalid(ParseListToken(MakeRevisionsToken(kName, 7), "team").status());
  ExpectInvalid(ParseRevisionsToken(MakeRevisionsToken({"team", "g"}, 7), kName).status());
}

TEST(PageTokenTest, IsRefusedWhenItWasNeverGiven) {
  for (const char* token : {"x", "!", "AAAA"}) ExpectInvalid(ParseListToken(token, "team").status());
  for (const char* text : {"functions team ", "functions team a b", "functions team -", "functions team"}) {
    ExpectInvalid(ParseListToken(absl::WebSafeBase64Escape(text), "team").status());
  }
  for (const char* place : {"", "0", "-1", "x", "2147483648"}) {
    const std::string text = "revisions namespaces/team/functions/f " + std::string(place);
    ExpectInvalid(ParseRevisionsToken(absl::WebSafeBase64Escape(text), kName).status());
  }
}

}  // namespace
}  // namespace mayfly::controlplane
