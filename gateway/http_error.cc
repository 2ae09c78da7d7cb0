#include "gateway/http_error.h"

#include <google/protobuf/any.pb.h>

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/reason.h"
#include "gateway/http_status.h"
#include "gateway/json_text.h"
#include "gateway/json_writer.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace mayfly::gateway {
namespace {

int StatusOf(const absl::Status& error) {
  const std::string reason = ErrorReason(error);
  for (const char* too_large : {reason::kEventTooLarge, reason::kRequestTooLarge, reason::kSourceTooLarge}) {
    if (reason == too_large) return 413;
  }
  return HttpStatusOf(error.code());
}

// Whole seconds until the client may come back, rounded up.
std::optional<int64_t> RetryAfterSeconds(const google::rpc::Status& status) {
  google::rpc::RetryInfo retry;
  for (const auto& detail : status.details()) {
    if (!detail.UnpackTo(&retry)) continue;
    return std::max<int64_t>(0, retry.retry_delay().seconds() + (retry.retry_delay().nanos() > 0 ? 1 : 0));
  }
  return std::nullopt;
}

std::string StatusJson(const google::rpc::Status& status, std::string_view code_name) {
  std::string json = "{\"error\":";
  AppendJsonString(status.message(), json);
  absl::StrAppend(&json, ",\"code\":", status.code(), ",\"status\":\"", code_name, "\",\"message\":");
  AppendJsonString(status.message(), json);
  json += ",\"details\":[";
  for (int i = 0; i < status.details_size(); ++i) {
    if (i > 0) json += ',';
    AppendJsonMessage(status.details(i), json);
  }
  json += "]}";
  return json;
}

}  // namespace

std::string ErrorJson(const absl::Status& error) {
  return StatusJson(ToRpcStatus(error), StatusCodeName(error.code()));
}

HttpResponse ErrorResponse(const absl::Status& error) { return ErrorResponse(error, StatusOf(error)); }

HttpResponse ErrorResponse(const absl::Status& error, int http_status) {
  const google::rpc::Status status = ToRpcStatus(error);
  HttpResponse response{.status = http_status, .content_type = "application/json"};
  response.body = StatusJson(status, StatusCodeName(error.code()));
  if (const auto seconds = RetryAfterSeconds(status)) response.AddHeader("Retry-After", absl::StrCat(*seconds));
  if (http_status == 401) response.AddHeader("WWW-Authenticate", "Bearer");
  return response;
}

}  // namespace mayfly::gateway
