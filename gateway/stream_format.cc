#include "gateway/stream_format.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "gateway/http_error.h"

namespace mayfly::gateway {
namespace {

constexpr std::string_view kEventStream = "text/event-stream";

}  // namespace

StreamFormat StreamFormatOf(std::optional<std::string_view> accept) {
  const bool events = accept.has_value() && absl::StrContainsIgnoreCase(*accept, kEventStream);
  return events ? StreamFormat::kServerEvents : StreamFormat::kJsonLines;
}

std::string_view ContentTypeOf(StreamFormat format) {
  return format == StreamFormat::kServerEvents ? kEventStream : "application/x-ndjson";
}

std::string FrameResult(StreamFormat format, std::string_view json) {
  if (format == StreamFormat::kJsonLines) return absl::StrCat("{\"result\":", json, "}\n");
  return absl::StrCat("data: {\"result\":", json, "}\n\n");
}

std::string FrameError(StreamFormat format, const absl::Status& error) {
  const std::string json = ErrorJson(error);
  if (format == StreamFormat::kJsonLines) return absl::StrCat("{\"error\":", json, "}\n");
  return absl::StrCat("event: error\ndata: {\"error\":", json, "}\n\n");
}

}  // namespace mayfly::gateway
