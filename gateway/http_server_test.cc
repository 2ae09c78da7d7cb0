#include "gateway/http_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/synchronization/notification.h"
#include "gateway/testing/http_client.h"
#include "gateway/testing/server_harness.h"

namespace mayfly::gateway {
namespace {

using testing::ClientResponse;
using ::testing::HasSubstr;
using testing::HttpClient;
using testing::ServerHarness;
using ::testing::StartsWith;

HttpResponse Text(std::string text) { return {.status = 200, .content_type = "text/plain", .body = std::move(text)}; }

// GET /now is answered from the head. Everything else echoes method, target and body, or waits for the test to answer.
class FakeHandler final : public HttpHandler {
 public:
  size_t body_bytes_max = 1000;
  bool holds = false;  // answers wait for AnswerNext

  std::variant<HttpResponse, std::shared_ptr<HttpExchange>> Begin(const HttpRequestHead& head) override {
    if (head.target == "/now") return Text("now");
    return std::make_shared<Exchange>(*this, absl::StrCat(head.method, " ", head.target, " "));
  }

  // Waits for a held request, and answers it.
  void AnswerNext(const std::string& text) {
    NextHeld()->Respond([text] { return Text(text); });
  }

  std::shared_ptr<HttpResponder> NextHeld() {
    absl::MutexLock lock(mutex_);
    mutex_.Await(absl::Condition(+[](FakeHandler* self) { return !self->held_.empty(); }, this));
    auto responder = std::move(held_.front());
    held_.erase(held_.begin());
    return responder;
  }

  absl::Notification cancelled;

 private:
  class Exchange final : public HttpExchange {
   public:
    Exchange(FakeHandler& handler, std::string text) : handler_(handler), text_(std::move(text)) {}
    size_t body_bytes_max() const override { return handler_.body_bytes_max; }
    HttpResponse BodyTooLarge() const override {
      return {.status = 413, .content_type = "text/plain", .body = "large"};
    }
    void Start(std::string body, std::shared_ptr<HttpResponder> responder) override {
      if (!handler_.holds) return responder->Respond([text = text_ + body] { return Text(text); });
      absl::MutexLock lock(handler_.mutex_);
      handler_.held_.push_back(std::move(responder));
    }
    void Cancel() override { handler_.cancelled.Notify(); }

   private:
    FakeHandler& handler_;
    const std::string text_;
  };

  absl::Mutex mutex_;
  std::vector<std::shared_ptr<HttpResponder>> held_;
};

TEST(HttpServerTest, AnswersRequestsOfOneConnectionInTurn) {
  FakeHandler handler;
  ServerHarness harness(handler);
  HttpClient client(harness.port());
  EXPECT_EQ(client.Call("GET", "/now").body, "now");
  const ClientResponse response = client.Call("POST", "/x?y=1", "hello");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "POST /x?y=1 hello");
  EXPECT_EQ(response.Header("Content-Type"), "text/plain");
  EXPECT_EQ(response.Header("Connection"), "");
  EXPECT_THAT(response.head, HasSubstr("\r\nDate: "));
}

TEST(HttpServerTest, AnswersPipelinedRequestsInOrder) {
  FakeHandler handler;
  ServerHarness harness(handler);
  HttpClient client(harness.port());
  std::string requests;
  for (int i = 0; i < 50; ++i) {
    absl::StrAppend(&requests, "POST /", i, " HTTP/1.1\r\nHost: t\r\nContent-Length: 2\r\n\r\nab");
  }
  client.Send(requests);
  for (int i = 0; i < 50; ++i) EXPECT_EQ(client.Read().body, absl::StrCat("POST /", i, " ab"));
}

TEST(HttpServerTest, KeepsARequestThatComesWhileAnotherIsAnswered) {
  FakeHandler handler;
  handler.holds = true;
  ServerHarness harness(handler);
  HttpClient client(harness.port());
  client.Send("POST /1 HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\n\r\na");
  const auto first = handler.NextHeld();
  client.Send("POST /2 HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\n\r\nb");
  first->Respond([] { return Text("one"); });
  EXPECT_EQ(client.Read().body, "one");
  handler.AnswerNext("two");
  EXPECT_EQ(client.Read().body, "two");
}

TEST(HttpServerTest, TakesARequestInPieces) {
  FakeHandler handler;
  ServerHarness harness(handler);
  HttpClient client(harness.port());
  EXPECT_EQ(client.Call("GET", "/now").body, "now");
  for (const char c : std::string_view("\r\nPOST /x HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\n\r\nabc")) {
    client.Send(std::string_view(&c, 1));
  }
  EXPECT_EQ(client.Read().body, "POST /x abc");
}

TEST(HttpServerTest, TakesAChunkedBody) {
  FakeHandler handler;
  ServerHarness harness(handler);
  HttpClient client(harness.port());
  client.Send(
      "POST /x HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n5;ext=1\r\ndefgh\r\n0\r\nTrailer: "
      "1\r\n\r\n");
  EXPECT_EQ(client.Read().body, "POST /x abcdefgh");
  EXPECT_EQ(client.Call("GET", "/now").body, "now");
}

TEST(HttpServerTest, TellsAWaitingClientToContinue) {
  FakeHandler handler;
  ServerHarness harness(handler);
  HttpClient client(harness.port());
  client.Send("POST /x HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n");
  EXPECT_EQ(client.Read().status, 100);
  client.Send("ok");
  EXPECT_EQ(client.Read().body, "POST /x ok");
}

TEST(HttpServerTest, DoesNotAskForABodyItWillNotTake) {
  FakeHandler handler;
  ServerHarness harness(handler);
  HttpClient client(harness.port());
  client.Send("POST /x HTTP/1.1\r\nHost: t\r\nExpect: 100-continue\r\nContent-Length: 1001\r\n\r\n");
  EXPECT_EQ(client.Read().status, 413);
}

TEST(HttpServerTest, RefusesADeclaredBodyBeforeItComes) {
  FakeHandler handler;
  ServerHarness harness(handler);
  HttpClient client(harness.port());
  client.Send("POST /x HTTP/1.1\r\nHost: t\r\nContent-Length: 1073741824\r\n\r\n");
  const ClientResponse response = client.Read();
  EXPECT_EQ(response.status, 413);
  EXPECT_EQ(response.body, "large");
  EXPECT_EQ(response.Header("Connection"), "close");
  client.Close();
}

TEST(HttpServerTest, RefusesAChunkedBodyOnceItIsTooLarge) {
  FakeHandler handler;
  ServerHarness harness(handler);
  HttpClient client(harness.port());
  client.Send("POST /x HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 3; ++i) client.Send(absl::StrCat("190\r\n", std::string(0x190, 'a'), "\r\n"));
  EXPECT_EQ(client.Read().status, 413);
}

TEST(HttpServerTest, TakesABodyOfExactlyTheLimit) {
  FakeHandler handler;
  ServerHarness harness(handler);
  HttpClient client(harness.port());
  EXPECT_EQ(client.Call("POST", "/x", std::string(1000, 'a')).status, 200);
}

TEST(HttpServerTest, RefusesHeadersBeyondTheLimit) {
  FakeHandler handler;
  ServerHarness harness(handler, {.header_bytes_max = 1000});
  HttpClient client(harness.port());
  const ClientResponse response = client.Call("GET", "/now", "", absl::StrCat("A: ", std::string(1000, 'a'), "\r\n"));
  EXPECT_EQ(response.status, 431);
  EXPECT_THAT(response.body, HasSubstr("\"error\":\"the request's headers are larger than 1000 bytes\",\"code\":8,"
                                       "\"status\":\"RESOURCE_EXHAUSTED\""));
  EXPECT_THAT(response.body, HasSubstr("\"reason\":\"REQUEST_TOO_LARGE\""));
  HttpClient endless(harness.port());
  endless.Send(std::string(100'000, 'a'));
  EXPECT_EQ(endless.Read().status, 431);
}

TEST(HttpServerTest, RefusesWhatIsNotHttp) {
  FakeHandler handler;
  ServerHarness harness(handler);
  for (const char* request : {
           "GARBAGE\r\n\r\n",
           "GET /now\r\n\r\n",
           "GET /now HTTP/2.0\r\n\r\n",
           "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
           "GET /now HTTP/1.1\r\n\r\n",
           "GET /now HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
           "GET /now HTTP/1.1\r\nHost t\r\n\r\n",
           "GET /now HTTP/1.1\r\nHost: t\r\nA : b\r\n\r\n",
           "GET /a b HTTP/1.1\r\nHost: t\r\n\r\n",
           "POST /x HTTP/1.1\r\nHost: t\r\nContent-Length: -1\r\n\r\n",
           "POST /x HTTP/1.1\r\nHost: t\r\nContent-Length: 1x\r\n\r\n",
           "POST /x HTTP/1.1\r\nHost: t\r\nContent-Length: 99999999999999999999999\r\n\r\n",
           "POST /x HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
           "POST /x HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           "POST /x HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
           "\x16\x03\x01\x02\x00\x01\x00\r\n\r\n",
       }) {
    HttpClient client(harness.port());
    client.Send(request);
    const ClientResponse response = client.Read();
    EXPECT_EQ(response.status, 400) << request;
    EXPECT_EQ(response.Header("Connection"), "close") << request;
    EXPECT_THAT(response.body, HasSubstr("\"reason\":\"REQUEST_INVALID\"")) << request;
  }
  EXPECT_EQ(HttpClient(harness.port()).Call("GET", "/now").body, "now");
}

TEST(HttpServerTest, RefusesAnEncodingOfTheTransferThatItCannotRead) {
  FakeHandler handler;
  ServerHarness harness(handler);
  HttpClient client(harness.port());
  client.Send("POST /x HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n");
  EXPECT_EQ(client.Read().status, 501);
}

TEST(HttpServerTest, SendsNoBodyForHead) {
  FakeHandler handler;
  ServerHarness harness(handler);
  HttpClient client(harness.port());
  const ClientResponse response = client.Call("HEAD", "/now");
  EXPECT_EQ(response.Header("Content-Length"), "3");
  EXPECT_EQ(client.Call("GET", "/now").body, "now");
}

TEST(HttpServerTest, ClosesWhenTheClientAsksForIt) {
  FakeHandler handler;
  ServerHarness harness(handler);
  HttpClient client(harness.port());
  client.Send("GET /now HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
  const std::string all = client.ReadToEnd();
  EXPECT_THAT(all, HasSubstr("\r\nConnection: close\r\n"));
  EXPECT_TRUE(all.ends_with("\r\n\r\nnow"));
}

TEST(HttpServerTest, ServesHttp10) {
  FakeHandler handler;
  ServerHarness harness(handler);
  HttpClient once(harness.port());
  once.Send("GET /now HTTP/1.0\r\n\r\n");
  EXPECT_TRUE(once.ReadToEnd().ends_with("now"));
  HttpClient kept(harness.port());
  for (int i = 0; i < 2; ++i) {
    kept.Send("GET /now HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
    const ClientResponse response = kept.Read();
    EXPECT_EQ(response.body, "now");
    EXPECT_EQ(response.Header("Connection"), "keep-alive");
  }
}

TEST(HttpServerTest, AnswersAtOnceAndClosesWhenABodyIsLeftUnread) {
  FakeHandler handler;
  ServerHarness harness(handler);
  HttpClient client(harness.port());
  client.Send(
      absl::StrCat("POST /now HTTP/1.1\r\nHost: t\r\nContent-Length: 5000000\r\n\r\n", std::string(500'000, 'a')));
  const ClientResponse response = client.Read();
  EXPECT_EQ(response.body, "now");
  EXPECT_EQ(response.Header("Connection"), "close");
}

TEST(HttpServerTest, TimesOutAClientThatIsSlowWithItsHeaders) {
  FakeHandler handler;
  ServerHarness harness(handler, {.header_time_max = absl::Milliseconds(20)});
  HttpClient client(harness.port());
  client.Send("GET /now HTTP/1.1\r\nHo");
  const ClientResponse response = client.Read();
  EXPECT_EQ(response.status, 408);
  EXPECT_THAT(response.body, StartsWith("{\"error\":\"the request did not arrive in time\",\"code\":4,"
                                        "\"status\":\"DEADLINE_EXCEEDED\""));
  EXPECT_THAT(response.body, HasSubstr("\"reason\":\"REQUEST_TIMEOUT\""));
}

TEST(HttpServerTest, TimesOutAClientThatIsSlowWithItsBody) {
  FakeHandler handler;
  ServerHarness harness(handler, {.body_time_max = absl::Milliseconds(20)});
  HttpClient client(harness.port());
  client.Send("POST /x HTTP/1.1\r\nHost: t\r\nContent-Length: 10\r\n\r\nabc");
  EXPECT_EQ(client.Read().status, 408);
}

TEST(HttpServerTest, ClosesAnIdleConnectionWithoutAWord) {
  FakeHandler handler;
  ServerHarness harness(handler, {.idle_time_max = absl::Milliseconds(20)});
  HttpClient silent(harness.port());
  EXPECT_EQ(silent.ReadToEnd(), "");
  HttpClient used(harness.port());
  EXPECT_EQ(used.Call("GET", "/now").body, "now");
  EXPECT_EQ(used.ReadToEnd(), "");
}

TEST(HttpServerTest, ClosesOnAClientThatDoesNotReadItsAnswer) {
  FakeHandler handler;
  handler.body_bytes_max = 64 * kMiB;
  ServerHarness harness(handler, {.body_time_max = absl::Milliseconds(200), .linger_time_max = absl::Milliseconds(20)});
  HttpClient client(harness.port());
  client.Send("GET /now HTTP/1.1\r\nHost: t\r\n\r\n");
  client.Read();
  handler.holds = true;
  client.Send("POST /x HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\n\r\na");
  handler.AnswerNext(std::string(32 * kMiB, 'a'));
  harness.server().Drain();
  EXPECT_TRUE(harness.server().AwaitDrained(absl::Seconds(10)));
}

TEST(HttpServerTest, CancelsTheCallOfAClientThatGoes) {
  FakeHandler handler;
  handler.holds = true;
  ServerHarness harness(handler);
  HttpClient client(harness.port());
  client.Send("POST /x HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\n\r\na");
  const auto responder = handler.NextHeld();
  EXPECT_FALSE(handler.cancelled.HasBeenNotified());
  client.Close();
  EXPECT_TRUE(handler.cancelled.WaitForNotificationWithTimeout(absl::Seconds(10)));
  responder->Respond([] { return Text("to nobody"); });
}

TEST(HttpServerTest, CancelsTheCallAlsoWhenMoreHadBeenSent) {
  FakeHandler handler;
  handler.holds = true;
  ServerHarness harness(handler);
  HttpClient client(harness.port());
  client.Send("POST /x HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\n\r\naGET /now HT");
  const auto responder = handler.NextHeld();
  client.Close();
  EXPECT_TRUE(handler.cancelled.WaitForNotificationWithTimeout(absl::Seconds(10)));
}

TEST(HttpServerTest, AnAnswerMayComeAfterTheServerIsGone) {
  FakeHandler handler;
  handler.holds = true;
  std::shared_ptr<HttpResponder> responder;
  {
    ServerHarness harness(handler);
    HttpClient client(harness.port());
    client.Send("POST /x HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\n\r\na");
    responder = handler.NextHeld();
  }
  responder->Respond([] { return Text("to nobody"); });
}

TEST(HttpServerTest, TellsAConnectionBeyondTheLimitToComeBack) {
  FakeHandler handler;
  ServerHarness harness(handler, {.connections_max = 2});
  HttpClient first(harness.port());
  HttpClient second(harness.port());
  EXPECT_EQ(first.Call("GET", "/now").status, 200);
  EXPECT_EQ(second.Call("GET", "/now").status, 200);
  HttpClient third(harness.port());
  const ClientResponse response = third.Read();
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.Header("Retry-After"), "1");
  EXPECT_THAT(response.body, HasSubstr("\"reason\":\"OVERLOADED\""));
  EXPECT_EQ(first.Call("GET", "/now").status, 200);
}

TEST(HttpServerTest, StreamsChunksAndEnds) {
  FakeHandler handler;
  handler.holds = true;
  ServerHarness harness(handler);
  HttpClient client(harness.port());
  client.Send("POST /x HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\n\r\na");
  auto chunks = std::make_shared<ChunkQueue>(ChunkQueue::Options{.chunks_max = 10, .bytes_max = 1000});
  EXPECT_TRUE(chunks->Push("one\n"));
  handler.NextHeld()->RespondStream({.status = 200, .content_type = "text/plain"}, chunks);
  const ClientResponse head = client.Read(false);
  EXPECT_EQ(head.Header("Transfer-Encoding"), "chunked");
  EXPECT_EQ(client.ReadLines(3), "4\r\none\n\r\n");
  absl::Notification drained;
  chunks->OnDrained([&] { drained.Notify(); });
  EXPECT_TRUE(drained.WaitForNotificationWithTimeout(absl::Seconds(10)));
  chunks->Close("two\n");
  EXPECT_EQ(client.ReadLines(3), "4\r\ntwo\n\r\n");
  EXPECT_EQ(client.ReadLines(2), "0\r\n\r\n");
  EXPECT_EQ(client.Call("GET", "/now").body, "now");
}

TEST(HttpServerTest, LetsAStreamsWriterKnowThatItsReaderIsGone) {
  FakeHandler handler;
  handler.holds = true;
  ServerHarness harness(handler);
  HttpClient client(harness.port());
  client.Send("POST /x HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\n\r\na");
  auto chunks = std::make_shared<ChunkQueue>(ChunkQueue::Options{.chunks_max = 10, .bytes_max = 1000});
  handler.NextHeld()->RespondStream({.status = 200}, chunks);
  client.Read(false);
  client.Close();
  EXPECT_TRUE(handler.cancelled.WaitForNotificationWithTimeout(absl::Seconds(10)));
  EXPECT_FALSE(chunks->Push("x"));
}

TEST(HttpServerTest, DrainsWhatIsInFlightAndClosesWhatIsIdle) {
  FakeHandler handler;
  handler.holds = true;
  ServerHarness harness(handler);
  HttpClient idle(harness.port());
  EXPECT_EQ(idle.Call("GET", "/now").body, "now");
  HttpClient busy(harness.port());
  busy.Send("POST /x HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\n\r\na");
  const auto responder = handler.NextHeld();
  harness.server().Drain();
  EXPECT_EQ(idle.ReadToEnd(), "");
  EXPECT_FALSE(harness.server().AwaitDrained(absl::ZeroDuration()));
  responder->Respond([] { return Text("last"); });
  const ClientResponse response = busy.Read();
  EXPECT_EQ(response.body, "last");
  EXPECT_EQ(response.Header("Connection"), "close");
  busy.Close();
  EXPECT_TRUE(harness.server().AwaitDrained(absl::Seconds(10)));
}

TEST(HttpServerTest, CountsResponsesByTheirClass) {
  FakeHandler handler;
  ServerHarness harness(handler);
  HttpClient client(harness.port());
  for (int i = 0; i < 3; ++i) client.Call("GET", "/now");
  HttpClient(harness.port()).Call("POST", "/x", std::string(1001, 'x'));
  HttpClient other(harness.port());
  other.Send("nonsense\r\n\r\n");
  other.Read();
  EXPECT_EQ(harness.server().responses(), (HttpServer::ResponseCounts{0, 3, 0, 2, 0}));
}

TEST(HttpServerTest, SaysWhereItCannotListen) {
  FakeHandler handler;
  ServerHarness harness(handler);
  boost::asio::io_context io;
  SystemClock clock;
  const auto taken = HttpServer::Create(io, {.port = harness.port()}, handler, clock);
  EXPECT_EQ(taken.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(taken.status().message(),
            absl::StrCat("cannot listen on 127.0.0.1 port ", harness.port(), ": Address already in use"));
  EXPECT_EQ(HttpServer::Create(io, {.address = "here"}, handler, clock).status().code(),
            absl::StatusCode::kInvalidArgument);
}

}  // namespace
}  // namespace mayfly::gateway
