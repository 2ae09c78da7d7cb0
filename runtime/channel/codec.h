// The wire form of what host and worker say to each other: little-endian integers, and texts with their length before
// them. A message's one large text (the event, the result) travels apart from its fields, so that it is copied once on
// each side.
//
// Decoders trust nothing: each count, length, enum and time is checked against base/limits.h, each text is UTF-8, and
// nothing may be left over. Whether a result is JSON is not checked here. Their errors are INVALID_ARGUMENT and name
// the field.
//
// Encoders of replies make what an engine hands them fit: a text too long is cut, a byte that is not UTF-8 is replaced,
// an entry too many is dropped.
#ifndef MAYFLY_RUNTIME_CHANNEL_CODEC_H_
#define MAYFLY_RUNTIME_CHANNEL_CODEC_H_

#include <string>
#include <string_view>

#include "absl/status/statusor.h"
#include "runtime/channel/messages.h"

namespace mayfly::runtime {

std::string EncodeLoadRequest(const LoadRequest& request);
absl::StatusOr<LoadRequest> DecodeLoadRequest(std::string_view fields);

// Of all but the event.
std::string EncodeRunRequest(const RunRequest& request);
absl::StatusOr<RunRequest> DecodeRunRequest(std::string_view fields, std::string event);

std::string EncodeLoadReply(const LoadReply& reply);
absl::StatusOr<LoadReply> DecodeLoadReply(std::string_view fields);

// Of all but the result.
std::string EncodeRunReply(const RunReply& reply);
absl::StatusOr<RunReply> DecodeRunReply(std::string_view fields, std::string result);

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_CHANNEL_CODEC_H_
