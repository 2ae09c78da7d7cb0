// How the messages of a stream stand in a response's body.
#ifndef MAYFLY_GATEWAY_STREAM_FORMAT_H_
#define MAYFLY_GATEWAY_STREAM_FORMAT_H_

#include <optional>
#include <string>
#include <string_view>

#include "absl/status/status.h"

namespace mayfly::gateway {

enum class StreamFormat {
  kJsonLines,     // {"result": …} and a last {"error": …}, one a line
  kServerEvents,  // Server-Sent Events: "data: …", and a last "event: error"
};

// Server-Sent Events for an Accept header that has text/event-stream.
StreamFormat StreamFormatOf(std::optional<std::string_view> accept);

std::string_view ContentTypeOf(StreamFormat format);

// One message, as `json` on one line.
std::string FrameResult(StreamFormat format, std::string_view json);

// The error that ended the stream. It is not OK.
std::string FrameError(StreamFormat format, const absl::Status& error);

}  // namespace mayfly::gateway

#endif  // MAYFLY_GATEWAY_STREAM_FORMAT_H_
