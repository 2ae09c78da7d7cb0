#include "gateway/http_message.h"

#include <gtest/gtest.h>

#include "gateway/date_header.h"

namespace mayfly::gateway {
namespace {

TEST(HttpHeadersTest, FindsTheFirstWhateverItsCase) {
  HttpHeaders headers;
  headers.Add("Content-Type", "a");
  headers.Add("content-type", "b");
  EXPECT_EQ(headers.Find("CONTENT-TYPE"), "a");
  EXPECT_EQ(headers.Find("Content"), std::nullopt);
}

TEST(HttpResponseTest, AHeadersValueCannotBeginAnother) {
  HttpResponse response;
  response.AddHeader("A", std::string_view("b\r\nC: d\0\x7f\xc3\xa9", 11));
  EXPECT_EQ(response.headers, "A: b  C: d  \xc3\xa9\r\n");
}

TEST(HttpResponseTest, HasNoWordForAnUnknownStatus) {
  EXPECT_EQ(HttpReasonPhrase(404), "Not Found");
  EXPECT_EQ(HttpReasonPhrase(499), "Client Closed Request");
  EXPECT_EQ(HttpReasonPhrase(299), "Unknown");
}

TEST(DateHeaderTest, IsInTheFormOfRfc9110) {
  DateHeader date;
  EXPECT_EQ(date.At(absl::FromUnixSeconds(784111777)), "Date: Sun, 06 Nov 1994 08:49:37 GMT\r\n");
  EXPECT_EQ(date.At(absl::FromUnixSeconds(784111778)), "Date: Sun, 06 Nov 1994 08:49:38 GMT\r\n");
}

}  // namespace
}  // namespace mayfly::gateway
