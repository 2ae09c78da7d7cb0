#include "gateway/status_pages.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "gateway/testing/http_client.h"
#include "gateway/testing/server_harness.h"

namespace mayfly::gateway {
namespace {

using testing::ClientResponse;
using testing::HttpClient;
using testing::ServerHarness;

class StatusPagesTest : public ::testing::Test {
 protected:
  ClientResponse Call(std::string_view method, std::string_view target) {
    return HttpClient(harness_.port()).Call(method, target);
  }

  int scrapes_ = 0;
  StatusPages pages_{[this] { return absl::StrCat("scrapes_total ", ++scrapes_, "\n"); }};
  ServerHarness harness_{pages_};
};

TEST_F(StatusPagesTest, AnswersTheMetricsAsTheyAreNow) {
  const ClientResponse response = Call("GET", "/metrics");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.Header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(response.body, "scrapes_total 1\n");
  EXPECT_EQ(Call("GET", "/metrics?name=x").body, "scrapes_total 2\n");
}

TEST_F(StatusPagesTest, AnswersHeadWithoutABody) {
  HttpClient client(harness_.port());
  client.Send("HEAD /metrics HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
  const std::string received = client.ReadToEnd();
  EXPECT_EQ(received.substr(0, 15), "HTTP/1.1 200 OK");
  EXPECT_TRUE(received.ends_with("\r\n\r\n")) << received;
  EXPECT_NE(received.find("Content-Length: 16\r\n"), received.npos) << received;
}

TEST_F(StatusPagesTest, TakesNoOtherMethod) {
  for (const std::string_view path : {"/metrics", "/health"}) {
    const ClientResponse refused = Call("POST", path);
    EXPECT_EQ(refused.status, 405);
    EXPECT_EQ(refused.Header("Allow"), "GET, HEAD, OPTIONS");
    EXPECT_EQ(Call("OPTIONS", path).status, 204);
  }
  EXPECT_EQ(scrapes_, 0);
}

TEST_F(StatusPagesTest, SaysWhetherTheServerDrains) {
  EXPECT_EQ(Call("GET", "/health").body, "OK");
  pages_.StartDraining();
  EXPECT_EQ(Call("GET", "/health").status, 503);
  EXPECT_EQ(Call("GET", "/health").body, "DRAINING");
  EXPECT_EQ(Call("GET", "/metrics").status, 200);
}

TEST_F(StatusPagesTest, HasNothingElse) {
  EXPECT_EQ(Call("GET", "/functions").status, 404);
  EXPECT_EQ(Call("GET", "/metrics/").status, 404);
}

TEST(StatusPagesWithoutMetrics, HasNoMetricsPage) {
  StatusPages pages(nullptr);
  ServerHarness harness(pages);
  EXPECT_EQ(HttpClient(harness.port()).Call("GET", "/metrics").status, 404);
  EXPECT_EQ(HttpClient(harness.port()).Call("POST", "/metrics").status, 404);
  EXPECT_EQ(HttpClient(harness.port()).Call("GET", "/health").status, 200);
}

}  // namespace
}  // namespace mayfly::gateway
