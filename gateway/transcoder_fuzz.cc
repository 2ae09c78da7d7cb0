// Whole HTTP requests: a line "METHOD TARGET", lines "Name: value", an empty line, the body.
#include "gateway/transcoder.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "absl/log/check.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/authenticator.h"
#include "base/clock.h"
#include "base/error.h"
#include "base/json.h"
#include "base/reason.h"
#include "gateway/testing/fake_backend.h"
#include "testdata/echo.pb.h"

namespace mayfly::gateway {
namespace {

constexpr size_t kFuzzedBodyBytesMax = 2000;
constexpr size_t kFuzzedJsonTextBytesMax = 1000;

// What an error adds to the request that it speaks of: its own words, four times, and descriptions of fields.
constexpr size_t kErrorBytesMax = 8 * kKiB;
// How often an error repeats a byte of the request, and how long a byte gets: \u001b.
constexpr size_t kErrorGrowthMax = 4 * 6 * 4;

struct Request {
  HttpRequestHead head;
  std::string_view body;
};

bool IsToken(std::string_view text) {
  return !text.empty() &&
         std::all_of(text.begin(), text.end(), [](char c) { return absl::ascii_isalnum(c) || c == '-' || c == '_'; });
}

// Whether a text holds no control character: with one, the server would not have let it through.
bool IsPrintable(std::string_view text) { return std::none_of(text.begin(), text.end(), absl::ascii_iscntrl); }

// False for what is no HTTP.
bool ReadRequest(std::string_view text, Request& request) {
  const std::pair<std::string_view, std::string_view> parts = absl::StrSplit(text, absl::MaxSplits("\n\n", 1));
  request.body = parts.second;
  const std::vector<std::string_view> lines = absl::StrSplit(parts.first, '\n');
  const std::pair<std::string_view, std::string_view> first = absl::StrSplit(lines[0], absl::MaxSplits(' ', 1));
  request.head.method = first.first;
  request.head.target = first.second;
  if (!IsToken(first.first) || first.second.empty() || !IsPrintable(first.second) ||
      absl::StrContains(first.second, ' ')) {
    return false;
  }
  for (size_t i = 1; i < lines.size(); ++i) {
    const std::pair<std::string_view, std::string_view> field = absl::StrSplit(lines[i], absl::MaxSplits(": ", 1));
    if (!IsToken(field.first) || !IsPrintable(field.second)) return false;
    request.head.headers.Add(field.first, field.second);
  }
  return true;
}

// Keeps the answer.
class Answer final : public HttpResponder {
 public:
  void Respond(MakeResponse make) override { response = std::move(make)(); }
  void RespondStream(HttpResponse head, std::shared_ptr<ChunkQueue>) override { response = std::move(head); }

  HttpResponse response{.status = 0};
};

// As the services do, it takes only JSON for JSON text.
absl::Status CheckTexts(const testdata::SpliceMessage& message) {
  if (message.has_inner()) {
    if (absl::Status status = CheckTexts(message.inner()); !status.ok()) return status;
  }
  for (const std::string& text : message.texts()) {
    if (absl::Status status = ValidateJson(text, reason::kEventInvalid, "texts"); !status.ok()) return status;
  }
  return message.text().empty() ? absl::OkStatus() : ValidateJson(message.text(), reason::kEventInvalid, "text");
}

// Echoes what it can.
absl::Status Echo(google::protobuf::Message& request, google::protobuf::Message& response) {
  if (const auto* splice = dynamic_cast<const testdata::SpliceMessage*>(&request)) {
    if (absl::Status status = CheckTexts(*splice); !status.ok()) return status;
  }
  if (const auto* upload = dynamic_cast<const testdata::UploadRequest*>(&request)) response.CopyFrom(upload->file());
  if (request.GetDescriptor() == response.GetDescriptor()) response.CopyFrom(request);
  return absl::OkStatus();
}

// Lives as long as the process.
struct Gateway {
  Gateway() {
    backend.unary = [](ServerCall& call, google::protobuf::Message& request, google::protobuf::Message& response) {
      // What a caller sends, as metadata of the answer.
      for (const auto& [key, value] : call.request_metadata()) call.AddResponseMetadata(key, value);
      return Echo(request, response);
    };
    backend.stream = [](std::shared_ptr<ServerCall>, std::shared_ptr<ServerStream> stream) {
      stream->Write(testdata::Nested());
      stream->Finish(absl::OkStatus());
    };
    const auto* service =
        google::protobuf::DescriptorPool::generated_pool()->FindServiceByName("mayfly.gateway.testdata.EchoService");
    transcoder =
        *Transcoder::Create({service}, backend, authenticator, clock,
                            {.body_bytes_max = kFuzzedBodyBytesMax, .json_text_bytes_max = kFuzzedJsonTextBytesMax});
  }

  testing::FakeBackend backend;
  OpenAuthenticator authenticator;
  SystemClock clock;
  std::unique_ptr<Transcoder> transcoder;
};

HttpResponse Call(Transcoder& transcoder, const Request& request) {
  auto begun = transcoder.Begin(request.head);
  if (auto* response = std::get_if<HttpResponse>(&begun)) return std::move(*response);
  HttpExchange& exchange = *std::get<std::shared_ptr<HttpExchange>>(begun);
  if (request.body.size() > exchange.body_bytes_max()) return exchange.BodyTooLarge();
  auto answer = std::make_shared<Answer>();
  exchange.Start(std::string(request.body), answer);
  return std::move(answer->response);
}

// Whether a text may be a header's value as HTTP has it: of the control characters, the tab alone may stand in one.
bool IsFieldValue(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char c) { return c != '\t' && absl::ascii_iscntrl(c); });
}

// Each line is "Name: value" and nothing else.
void CheckHeaders(std::string_view headers) {
  if (headers.empty()) return;
  CHECK(absl::ConsumeSuffix(&headers, "\r\n")) << headers;
  for (const std::string_view line : absl::StrSplit(headers, "\r\n")) {
    CHECK(absl::StrContains(line, ": ") && IsFieldValue(line)) << headers;
  }
}

// The statuses of the gateway itself, and what the caller has made the backend ask for.
void CheckStatus(int status, const HttpHeaders& headers) {
  constexpr std::array kStatuses = {200, 204, 400, 404, 405, 413, 415, 431};
  if (std::count(kStatuses.begin(), kStatuses.end(), status) > 0) return;
  CHECK(headers.Find("Grpc-Metadata-X-Http-Code").has_value()) << status;
  CHECK(status >= 200 && status < 600) << status;
}

void CheckResponse(const HttpResponse& response, const Request& request, size_t request_bytes) {
  CheckStatus(response.status, request.head.headers);
  CheckHeaders(response.headers);
  if (response.content_type != "application/json") return;
  CHECK_OK(ValidateJson(response.body_view(), reason::kInternal, "the response")) << response.body_view();
  if (!absl::StartsWith(response.body, "{\"error\":")) return;
  CHECK_LE(response.body.size(), kErrorBytesMax + kErrorGrowthMax * request_bytes) << response.body;
}

}  // namespace
}  // namespace mayfly::gateway

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace mayfly::gateway;
  static Gateway& gateway = *new Gateway();
  Request request;
  if (!ReadRequest({reinterpret_cast<const char*>(data), size}, request)) return -1;
  CheckResponse(Call(*gateway.transcoder, request), request, size);
  return 0;
}
