#include "gateway/http_error.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "base/error.h"
#include "base/reason.h"

namespace mayfly::gateway {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(HttpErrorTest, SaysTheMessageTwice) {
  EXPECT_EQ(ErrorJson(absl::NotFoundError("no \"a\"")),
            R"({"error":"no \"a\"","code":5,"status":"NOT_FOUND","message":"no \"a\"","details":[]})");
}

TEST(HttpErrorTest, ATooLargeRequestIs413WhoeverSaysSo) {
  EXPECT_EQ(ErrorResponse(MakeError(absl::StatusCode::kResourceExhausted, reason::kEventTooLarge, "x")).status, 413);
  EXPECT_EQ(ErrorResponse(MakeError(absl::StatusCode::kResourceExhausted, reason::kSourceTooLarge, "x")).status, 413);
  EXPECT_EQ(ErrorResponse(MakeError(absl::StatusCode::kResourceExhausted, reason::kMemoryLimit, "x")).status, 429);
}

TEST(HttpErrorTest, RoundsTheTimeToComeBackUp) {
  const absl::Status error = absl::UnavailableError("x");
  EXPECT_EQ(ErrorResponse(WithRetryAfter(error, absl::Milliseconds(1))).headers, "Retry-After: 1\r\n");
  EXPECT_EQ(ErrorResponse(WithRetryAfter(error, absl::Seconds(2))).headers, "Retry-After: 2\r\n");
  EXPECT_EQ(ErrorResponse(error).headers, "");
}

TEST(HttpErrorTest, AMessageMayHoldAnything) {
  const HttpResponse response = ErrorResponse(absl::InternalError("a\r\nX: y\xff"));
  EXPECT_THAT(response.body, HasSubstr("\"a\\r\\nX: y\xef\xbf\xbd\""));
  EXPECT_THAT(response.headers, Not(HasSubstr("X: y")));
}

}  // namespace
}  // namespace mayfly::gateway
