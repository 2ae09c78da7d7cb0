#include "gateway/transcoder.h"

#include <gmock/gmock.h>
#include <google/protobuf/message.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "base/error.h"
#include "base/reason.h"
#include "gateway/testing/fake_backend.h"
#include "gateway/testing/http_client.h"
#include "gateway/testing/server_harness.h"
#include "google/rpc/error_details.pb.h"
#include "testdata/echo.pb.h"

namespace mayfly::gateway {
namespace {

using testdata::Everything;
using testdata::Nested;
using testing::ClientResponse;
using testing::FakeBackend;
using ::testing::HasSubstr;
using testing::HttpClient;
using testing::ServerHarness;
using ::testing::StartsWith;

const google::protobuf::ServiceDescriptor* EchoService() {
  return google::protobuf::DescriptorPool::generated_pool()->FindServiceByName("mayfly.gateway.testdata.EchoService");
}

// A server whose backend answers with the request, unless a test says otherwise.
class TranscoderTest : public ::testing::Test {
 protected:
  TranscoderTest() {
    backend_.unary = [](ServerCall&, google::protobuf::Message& request, google::protobuf::Message& response) {
      if (request.GetDescriptor() == response.GetDescriptor()) response.CopyFrom(request);
      return absl::OkStatus();
    };
  }

  // Starts the server on the first call.
  ClientResponse Call(std::string_view method, std::string_view target, std::string_view body = "",
                      std::string_view headers = "") {
    return HttpClient(port()).Call(method, target, body, headers);
  }

  uint16_t port() {
    if (harness_ == nullptr) Start();
    return harness_->port();
  }

  void Start(TranscoderOptions options = {}) {
    transcoder_ = *Transcoder::Create({EchoService()}, backend_, *authenticator_, clock_, options);
    harness_ = std::make_unique<ServerHarness>(*transcoder_);
  }

  FakeBackend backend_;
  SystemClock clock_;
  std::unique_ptr<Authenticator> authenticator_ = std::make_unique<OpenAuthenticator>();
  std::unique_ptr<Transcoder> transcoder_;
  std::unique_ptr<ServerHarness> harness_;
};

TEST_F(TranscoderTest, HealthIsPlainText) {
  const ClientResponse response = Call("GET", "/health");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "OK");
  EXPECT_EQ(response.Header("Content-Type"), "text/plain");
  EXPECT_EQ(Call("HEAD", "/health").status, 200);
  transcoder_->StartDraining();
  EXPECT_EQ(Call("GET", "/health").status, 503);
  EXPECT_EQ(Call("GET", "/health").body, "DRAINING");
}

TEST_F(TranscoderTest, HealthTakesNoOtherMethod) {
  const ClientResponse response = Call("POST", "/health", "{}");
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.Header("Allow"), "GET, HEAD, OPTIONS");
}

TEST_F(TranscoderTest, FillsTheRequestFromPathAndQuery) {
  backend_.unary = [](ServerCall&, google::protobuf::Message& request, google::protobuf::Message&) {
    const auto& echo = static_cast<const Everything&>(request);
    EXPECT_EQ(echo.string_value(), "a b/c");
    EXPECT_EQ(echo.int32_value(), -5);
    EXPECT_EQ(echo.color(), testdata::GREEN);
    EXPECT_THAT(echo.strings(), ::testing::ElementsAre("x", "y z"));
    EXPECT_EQ(echo.nested().inner().name(), "deep");
    EXPECT_EQ(echo.duration().nanos(), 500'000'000);
    EXPECT_EQ(echo.wrapped().value(), 7);
    EXPECT_THAT(echo.mask().paths(), ::testing::ElementsAre("a", "b_c"));
    EXPECT_EQ(echo.bytes_value(), "hi");
    return absl::OkStatus();
  };
  const ClientResponse response =
      Call("GET",
           "/echo/a%20b%2Fc?int32Value=-5&color=GREEN&strings=x&strings=y+z&nested.inner.name=deep&duration=0.5s"
           "&wrapped=7&mask=a,bC&bytes_value=aGk%3D&unknown=1&string_value=ignored");
  EXPECT_EQ(response.status, 200) << response.body;
}

TEST_F(TranscoderTest, BindsSeveralSegmentsToOneField) {
  EXPECT_THAT(Call("GET", "/v1/shelves/a%2Fb/books/c%20d").body,
              StartsWith("{\"stringValue\":\"shelves/a%2Fb/books/c d\","));
  EXPECT_THAT(Call("GET", "/files/a/b/c").body, StartsWith("{\"stringValue\":\"a/b/c\","));
  EXPECT_EQ(Call("GET", "/nested/n/3").body, "{\"name\":\"n\",\"count\":3}");
}

TEST_F(TranscoderTest, AnswersWithOneFieldWhenTheRouteSaysSo) {
  EXPECT_EQ(Call("GET", "/names?strings=a&strings=b").body, "[\"a\",\"b\"]");
  EXPECT_EQ(Call("GET", "/names").body, "[]");
  EXPECT_EQ(Call("PUT", "/numbers", "[1, 2]").body, "[1,2]");
}

TEST_F(TranscoderTest, RefusesBadPathsAndQueries) {
  for (const char* target : {"/echo/%zz", "/echo/%f", "/echo/%ff", "/echo/a?x=%f", "/echo/a?int32Value=x",
                             "/echo/a?color=BLUE", "/echo/a?int32Value=1&int32_value=2", "/nested/a/b",
                             "/echo/a?time=now", "/echo/a?boolValue=1", "/echo/a?nested=x"}) {
    const ClientResponse response = Call("GET", target);
    EXPECT_EQ(response.status, 400) << target;
    EXPECT_THAT(response.body, HasSubstr("\"reason\":\"REQUEST_INVALID\"")) << target;
  }
  EXPECT_THAT(Call("GET", "/echo/a?color=GRENE").body,
              HasSubstr("color: must be the name or the number of a Color; did you mean 'GREEN'? (in the query)"));
}

TEST_F(TranscoderTest, ReadsTheWholeBodyIntoTheRequest) {
  const ClientResponse response = Call("POST", "/echo?int32Value=9", R"({"stringValue": "a", "int32_value": 1})");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.Header("Content-Type"), "application/json");
  EXPECT_THAT(response.body, StartsWith("{\"stringValue\":\"a\",\"int32Value\":1,"));
  EXPECT_EQ(Call("POST", "/echo", "").status, 200);
}

TEST_F(TranscoderTest, ReadsABodyIntoOneFieldAndThePathIntoAnother) {
  const ClientResponse response = Call("POST", "/echo/me:nest?boolValue=true", R"({"count": 2})");
  EXPECT_THAT(response.body, HasSubstr("\"stringValue\":\"me\""));
  EXPECT_THAT(response.body, HasSubstr("\"boolValue\":true"));
  EXPECT_THAT(response.body, HasSubstr("\"nested\":{\"name\":\"\",\"count\":2}"));
}

TEST_F(TranscoderTest, NamesThePlaceOfAnUnknownKey) {
  const ClientResponse response = Call("POST", "/echo", "{\n \"nested\": {\"nmae\": 1}}");
  EXPECT_EQ(response.status, 400);
  EXPECT_EQ(
      response.body,
      "{\"error\":\"nested.nmae: is not a known field; did you mean 'name'? (line 2, column 13)\",\"code\":3,"
      "\"status\":\"INVALID_ARGUMENT\",\"message\":\"nested.nmae: is not a known field; did you mean 'name'? (line 2, "
      "column 13)\",\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":"
      "\"REQUEST_INVALID\",\"domain\":\"mayfly\",\"metadata\":{}},{\"@type\":"
      "\"type.googleapis.com/google.rpc.BadRequest\",\"fieldViolations\":[{\"field\":\"nested.nmae\",\"description\":"
      "\"is not a known field; did you mean 'name'? (line 2, column 13)\",\"reason\":\"\"}]}]}");
}

TEST_F(TranscoderTest, SplicesJsonTextVerbatimBothWays) {
  const std::string text = "{ \"big\": 123456789012345678901234567890, \"lone\": \"\\ud800\", \"a\":1,\"a\":2 }";
  const ClientResponse bare = Call("POST", "/splice/me", text);
  EXPECT_EQ(bare.body, text);
  EXPECT_EQ(bare.Header("Content-Type"), "application/json");
  EXPECT_EQ(Call("POST", "/splice",
                 absl::StrCat("{\"text\": ", text, " , \"texts\": [1.0, null], \"inner\": {\"text\":null}}"))
                .body,
            absl::StrCat("{\"name\":\"\",\"text\":", text,
                         ",\"texts\":[1.0,null],\"inner\":{\"name\":\"\",\"text\":null,\"texts\":[]}}"));
}

TEST_F(TranscoderTest, HandsAJsonTextBodyOnWithoutAJudgement) {
  EXPECT_EQ(Call("POST", "/splice/me", "not json").body, "not json");
}

TEST_F(TranscoderTest, PassesHttpBodiesAsTheyAre) {
  backend_.unary = [](ServerCall&, google::protobuf::Message& request, google::protobuf::Message& response) {
    response.CopyFrom(static_cast<const testdata::UploadRequest&>(request).file());
    return absl::OkStatus();
  };
  const ClientResponse response =
      Call("POST", "/upload/x", std::string_view("\x00\xff{", 3), "Content-Type: image/png\r\n");
  EXPECT_EQ(response.body, std::string_view("\x00\xff{", 3));
  EXPECT_EQ(response.Header("Content-Type"), "image/png");
}

TEST_F(TranscoderTest, APatchsBodySaysWhatItChanges) {
  const ClientResponse response =
      Call("PATCH", "/things/a", R"({"stringValue": "", "labels": {"a": "b"}, "nested": {"count": 1}})");
  EXPECT_THAT(response.body, HasSubstr("\"updateMask\":\"labels,nested.count,stringValue\""));
  EXPECT_THAT(Call("PATCH", "/things/a?updateMask=color", "{\"int32Value\": 1}").body,
              HasSubstr("\"updateMask\":\"color\""));
}

TEST_F(TranscoderTest, NamesTheMethodsOfAPath) {
  const ClientResponse response = Call("DELETE", "/echo");
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.Header("Allow"), "OPTIONS, POST, PURGE");
  EXPECT_EQ(response.body,
            "{\"error\":\"/echo does not take DELETE; it takes OPTIONS, POST, PURGE\",\"code\":12,\"status\":"
            "\"UNIMPLEMENTED\",\"message\":\"/echo does not take DELETE; it takes OPTIONS, POST, PURGE\",\"details\":"
            "[{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"METHOD_NOT_ALLOWED\",\"domain\":"
            "\"mayfly\",\"metadata\":{}}]}");
  const ClientResponse options = Call("OPTIONS", "/echo/a");
  EXPECT_EQ(options.status, 204);
  EXPECT_EQ(options.Header("Allow"), "GET, HEAD, OPTIONS");
  EXPECT_EQ(Call("OPTIONS", "*").status, 204);
  EXPECT_EQ(Call("PURGE", "/echo").status, 200);
}

TEST_F(TranscoderTest, HeadIsAGetWithoutItsBody) {
  const ClientResponse response = Call("HEAD", "/names?strings=a");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.Header("Content-Length"), "5");
}

TEST_F(TranscoderTest, NothingIsServedElsewhere) {
  for (const char* target : {"/", "/nothing", "/echo/a/b", "/echo//", "/echo/", "//echo", "/hidden", "*", "/ECHO/a"}) {
    const ClientResponse response = Call("GET", target);
    EXPECT_EQ(response.status, 404) << target;
    EXPECT_THAT(response.body, HasSubstr("\"reason\":\"ROUTE_NOT_FOUND\"")) << target;
  }
}

TEST_F(TranscoderTest, MetricsNeedATokenAsEverythingButHealth) {
  authenticator_ = std::make_unique<TokenAuthenticator>(std::vector<std::string>{"secret"});
  Start({.metrics = [] { return "up 1\n"; }});
  EXPECT_EQ(Call("GET", "/metrics").status, 401);
  const ClientResponse response = Call("GET", "/metrics", "", "Authorization: Bearer secret\r\n");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.Header("Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
  EXPECT_EQ(response.body, "up 1\n");
  EXPECT_EQ(Call("POST", "/metrics", "", "Authorization: Bearer secret\r\n").status, 405);
}

TEST_F(TranscoderTest, HasNoMetricsUnlessItIsGivenThem) { EXPECT_EQ(Call("GET", "/metrics").status, 404); }

TEST_F(TranscoderTest, AsksForATokenEverywhereButAtHealth) {
  authenticator_ = std::make_unique<TokenAuthenticator>(std::vector<std::string>{"secret"});
  const ClientResponse response = Call("GET", "/echo/a");
  EXPECT_EQ(response.status, 401);
  EXPECT_EQ(response.Header("WWW-Authenticate"), "Bearer");
  EXPECT_THAT(response.body, HasSubstr("\"reason\":\"UNAUTHENTICATED\""));
  EXPECT_EQ(Call("GET", "/nothing").status, 401);
  EXPECT_EQ(Call("GET", "/echo/a", "", "Authorization: Bearer wrong\r\n").status, 401);
  EXPECT_EQ(Call("GET", "/echo/a", "", "Authorization: Bearer secret\r\n").status, 200);
  EXPECT_EQ(Call("GET", "/health").status, 200);
}

TEST_F(TranscoderTest, RefusesEncodingsItCannotRead) {
  for (const char* header : {"Content-Encoding: gzip\r\n", "Content-Type: multipart/form-data; boundary=x\r\n"}) {
    const ClientResponse response = Call("POST", "/echo", "{}", header);
    EXPECT_EQ(response.status, 415) << header;
    EXPECT_THAT(response.body, HasSubstr("\"reason\":\"MEDIA_TYPE_UNSUPPORTED\"")) << header;
  }
  EXPECT_EQ(Call("POST", "/echo", "{}", "Content-Encoding: identity\r\n").status, 200);
  EXPECT_EQ(Call("POST", "/echo", "{}", "Content-Type: application/x-www-form-urlencoded\r\n").status, 200);
}

TEST_F(TranscoderTest, BoundsBodies) {
  Start({.body_bytes_max = 100, .json_text_bytes_max = 10});
  EXPECT_EQ(Call("POST", "/splice/a", "1234567890").status, 200);
  const ClientResponse text = Call("POST", "/splice/a", "12345678901");
  EXPECT_EQ(text.status, 413);
  EXPECT_THAT(text.body, HasSubstr("\"code\":8,\"status\":\"RESOURCE_EXHAUSTED\""));
  EXPECT_THAT(text.body, HasSubstr("\"reason\":\"EVENT_TOO_LARGE\""));
  const ClientResponse json = Call("POST", "/echo", std::string(101, ' '));
  EXPECT_EQ(json.status, 413);
  EXPECT_THAT(json.body, HasSubstr("\"error\":\"the body is larger than 100 bytes\""));
  EXPECT_THAT(json.body, HasSubstr("\"reason\":\"REQUEST_TOO_LARGE\""));
}

TEST_F(TranscoderTest, PassesMetadataBothWays) {
  backend_.unary = [](ServerCall& call, google::protobuf::Message&, google::protobuf::Message&) {
    EXPECT_EQ(call.FindRequestMetadata("authorization"), "Bearer x");
    EXPECT_EQ(call.FindRequestMetadata("traceparent"), "00-a-b-01");
    EXPECT_EQ(call.FindRequestMetadata("my-key"), "my value");
    EXPECT_EQ(call.FindRequestMetadata("raw-bin"), std::string("\0\1", 2));
    EXPECT_EQ(call.FindRequestMetadata("user-agent"), std::nullopt);
    EXPECT_EQ(call.deadline(), absl::InfiniteFuture());
    call.AddResponseMetadata("x-http-code", "201");
    call.AddResponseMetadata("mayfly-invocation-id", "id");
    call.AddResponseMetadata("server-timing", "run;dur=1");
    call.AddResponseMetadata("other", "line\r\nbreak");
    return absl::OkStatus();
  };
  const ClientResponse response = Call("GET", "/echo/a", "",
                                       "Authorization: Bearer x\r\nTraceparent: 00-a-b-01\r\nUser-Agent: u\r\n"
                                       "Grpc-Metadata-My-Key: my value\r\nGrpc-Metadata-Raw-Bin: AAE=\r\n");
  EXPECT_EQ(response.status, 201);
  EXPECT_THAT(response.head, StartsWith("HTTP/1.1 201 Created\r\n"));
  EXPECT_EQ(response.Header("Mayfly-Invocation-Id"), "id");
  EXPECT_EQ(response.Header("Server-Timing"), "run;dur=1");
  EXPECT_EQ(response.Header("Grpc-Metadata-Other"), "line  break");
}

TEST_F(TranscoderTest, TheTimeoutHeaderSetsTheDeadline) {
  const absl::Time before = absl::Now();
  backend_.unary = [&](ServerCall& call, google::protobuf::Message&, google::protobuf::Message&) {
    EXPECT_GE(call.deadline(), before + absl::Hours(5));
    EXPECT_LE(call.deadline(), absl::Now() + absl::Hours(5));
    return absl::OkStatus();
  };
  EXPECT_EQ(Call("GET", "/echo/a", "", "Grpc-Timeout: 5H\r\n").status, 200);
  EXPECT_EQ(Call("GET", "/echo/a", "", "Grpc-Timeout: 5\r\n").status, 400);
}

TEST_F(TranscoderTest, ShowsErrorsWithTheirDetailsAndMetadata) {
  backend_.unary = [](ServerCall& call, google::protobuf::Message&, google::protobuf::Message&) {
    call.AddResponseMetadata("mayfly-revision", "3");
    absl::Status status = WithRetryAfter(MakeError(absl::StatusCode::kUnavailable, reason::kOverloaded, "full \"up\""),
                                         absl::Milliseconds(1200));
    google::rpc::RequestInfo info;
    info.set_request_id("r");
    AddErrorDetail(status, info);
    return status;
  };
  const ClientResponse response = Call("GET", "/echo/a");
  EXPECT_EQ(response.status, 503);
  EXPECT_EQ(response.Header("Retry-After"), "2");
  EXPECT_EQ(response.Header("Mayfly-Revision"), "3");
  EXPECT_EQ(response.Header("Content-Type"), "application/json");
  EXPECT_EQ(response.body,
            "{\"error\":\"full \\\"up\\\"\",\"code\":14,\"status\":\"UNAVAILABLE\",\"message\":\"full \\\"up\\\"\","
            "\"details\":[{\"@type\":\"type.googleapis.com/google.rpc.ErrorInfo\",\"reason\":\"OVERLOADED\",\"domain\":"
            "\"mayfly\",\"metadata\":{}},{\"@type\":\"type.googleapis.com/google.rpc.RetryInfo\",\"retryDelay\":"
            "\"1.200s\"},{\"@type\":\"type.googleapis.com/google.rpc.RequestInfo\",\"requestId\":\"r\",\"servingData\":"
            "\"\"}]}");
}

TEST_F(TranscoderTest, StreamsOneDocumentALine) {
  backend_.stream = [](std::shared_ptr<ServerCall>, std::shared_ptr<ServerStream> stream) {
    Nested message;
    message.set_name("a");
    EXPECT_TRUE(stream->Write(message));
    EXPECT_TRUE(stream->Write(message));
    stream->Finish(absl::OkStatus());
  };
  const ClientResponse response = Call("GET", "/watch");
  EXPECT_EQ(response.Header("Content-Type"), "application/x-ndjson");
  EXPECT_EQ(response.body,
            "{\"result\":{\"name\":\"a\",\"count\":0}}\n"
            "{\"result\":{\"name\":\"a\",\"count\":0}}\n");
}

TEST_F(TranscoderTest, StreamsServerSentEventsWhenAsked) {
  backend_.stream = [](std::shared_ptr<ServerCall>, std::shared_ptr<ServerStream> stream) {
    EXPECT_TRUE(stream->Write(Nested()));
    stream->Finish(absl::NotFoundError("gone"));
  };
  const ClientResponse response = Call("GET", "/watch", "", "Accept: text/event-stream\r\n");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.Header("Content-Type"), "text/event-stream");
  EXPECT_EQ(
      response.body,
      "data: {\"result\":{\"name\":\"\",\"count\":0}}\n\n"
      "event: error\n"
      "data: "
      "{\"error\":{\"error\":\"gone\",\"code\":5,\"status\":\"NOT_FOUND\",\"message\":\"gone\",\"details\":[]}}\n\n");
}

TEST_F(TranscoderTest, AStreamThatFailsBeforeItsFirstMessageIsAnError) {
  backend_.stream = [](std::shared_ptr<ServerCall>, std::shared_ptr<ServerStream> stream) {
    stream->Finish(absl::PermissionDeniedError("no"));
  };
  const ClientResponse response = Call("GET", "/watch");
  EXPECT_EQ(response.status, 403);
  EXPECT_THAT(response.body, StartsWith("{\"error\":\"no\",\"code\":7,"));
}

TEST_F(TranscoderTest, AnEmptyStreamIsEmpty) {
  backend_.stream = [](std::shared_ptr<ServerCall>, std::shared_ptr<ServerStream> stream) {
    stream->Finish(absl::OkStatus());
  };
  const ClientResponse response = Call("GET", "/watch");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "");
}

TEST_F(TranscoderTest, AStreamWaitsUntilItsReaderHasTakenWhatWasWritten) {
  absl::Notification drained;
  std::shared_ptr<ServerStream> kept;
  backend_.stream = [&](std::shared_ptr<ServerCall>, std::shared_ptr<ServerStream> stream) {
    kept = std::move(stream);
    EXPECT_TRUE(kept->Write(Nested()));
    kept->OnDrained([&] { drained.Notify(); });
  };
  HttpClient client(port());
  client.Send("GET /watch HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_EQ(client.Read(false).status, 200);
  EXPECT_TRUE(drained.WaitForNotificationWithTimeout(absl::Seconds(10)));
  std::exchange(kept, nullptr)->Finish(absl::OkStatus());
  client.ReadLines(5);
}

TEST_F(TranscoderTest, ARefusedWriteTellsAStreamThatItsReaderIsGone) {
  absl::Notification cancelled;
  std::shared_ptr<ServerStream> kept;
  backend_.stream = [&](std::shared_ptr<ServerCall> call, std::shared_ptr<ServerStream> stream) {
    kept = std::move(stream);
    call->OnCancel([&] { cancelled.Notify(); });
    EXPECT_TRUE(kept->Write(Nested()));
  };
  HttpClient client(port());
  client.Send("GET /watch HTTP/1.1\r\nHost: t\r\n\r\n");
  EXPECT_EQ(client.Read(false).status, 200);
  client.Close();
  EXPECT_TRUE(cancelled.WaitForNotificationWithTimeout(absl::Seconds(10)));
  EXPECT_FALSE(kept->Write(Nested()));
  std::exchange(kept, nullptr)->Finish(absl::CancelledError(""));
}

TEST_F(TranscoderTest, RefusesJsonThatIsNone) {
  for (const char* body :
       {"{", "[]", "\"a\"", "{\"stringValue\":\"\\ud800\"}", "{} {}", "\xef\xbb\xbf{}", "{\"a\" 1}"}) {
    const ClientResponse response = Call("POST", "/echo", body);
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_THAT(response.body, HasSubstr("\"reason\":\"REQUEST_INVALID\"")) << body;
  }
}

}  // namespace
}  // namespace mayfly::gateway
