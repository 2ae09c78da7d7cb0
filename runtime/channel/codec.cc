#include "runtime/channel/codec.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <limits>
#include <span>
#include <utility>

#include "base/limits.h"
#include "base/utf8.h"
#include "runtime/channel/wire.h"

namespace mayfly::runtime {
namespace {

constexpr int32_t kInt32Max = std::numeric_limits<int32_t>::max();
constexpr int64_t kInt64Max = std::numeric_limits<int64_t>::max();

template <typename T>
std::span<const T> First(const std::vector<T>& items, size_t count_max) {
  return std::span(items).first(std::min(items.size(), count_max));
}

void WriteError(WireWriter& writer, const GuestError& error) {
  writer.Text(ToUtf8(error.type, kErrorTypeBytesMax));
  writer.Text(ToUtf8(error.message, kErrorTextBytesMax));
  writer.Text(ToUtf8(error.stack, kErrorTextBytesMax));
  const std::span<const StackFrame> frames = First(error.frames, kStackFramesMax);
  writer.Integer(static_cast<uint32_t>(frames.size()));
  for (const StackFrame& frame : frames) {
    writer.Text(ToUtf8(frame.function, kStackNameBytesMax));
    writer.Text(ToUtf8(frame.file, kStackNameBytesMax));
    writer.Integer(std::max(frame.line, 0));
    writer.Integer(std::max(frame.column, 0));
  }
}

GuestError ReadError(WireReader& reader) {
  GuestError error;
  error.type = reader.Text(kErrorTypeBytesMax, "error.type");
  error.message = reader.Text(kErrorTextBytesMax, "error.message");
  error.stack = reader.Text(kErrorTextBytesMax, "error.stack");
  const uint32_t frames = reader.Integer<uint32_t>(0, kStackFramesMax, "error.frames");
  for (uint32_t i = 0; i < frames && reader.status().ok(); ++i) {
    StackFrame& frame = error.frames.emplace_back();
    frame.function = reader.Text(kStackNameBytesMax, "frame.function");
    frame.file = reader.Text(kStackNameBytesMax, "frame.file");
    frame.line = reader.Integer<int32_t>(0, kInt32Max, "frame.line");
    frame.column = reader.Integer<int32_t>(0, kInt32Max, "frame.column");
  }
  return error;
}

void WriteLogs(WireWriter& writer, const Logs& logs) {
  const std::span<const LogEntry> entries = First(logs.entries, kLogEntriesMax);
  const bool truncated = logs.truncated || entries.size() < logs.entries.size();
  writer.Integer(static_cast<uint8_t>(truncated ? 1 : 0));
  writer.Integer(static_cast<uint32_t>(entries.size()));
  size_t room = kLogBytesMax;
  for (const LogEntry& entry : entries) {
    const std::string text = ToUtf8(entry.text, room);
    room -= text.size();
    writer.Integer(static_cast<uint8_t>(entry.level));
    writer.Text(text);
    writer.Duration(std::clamp(entry.offset, absl::ZeroDuration(), kGuestClockMax));
  }
}

Logs ReadLogs(WireReader& reader) {
  Logs logs;
  logs.truncated = reader.Integer<uint8_t>(0, 1, "logs.truncated") == 1;
  const uint32_t entries = reader.Integer<uint32_t>(0, kLogEntriesMax, "logs.entries");
  size_t room = kLogBytesMax;
  for (uint32_t i = 0; i < entries && reader.status().ok(); ++i) {
    LogEntry& entry = logs.entries.emplace_back();
    entry.level = static_cast<LogLevel>(reader.Integer<uint8_t>(1, 4, "log.level"));
    entry.text = reader.Text(room, "log.text");
    entry.offset = reader.Duration("log.offset");
    room -= entry.text.size();
  }
  return logs;
}

// Whether a load, or else a run, may end so.
bool IsOutcomeOfLoad(Outcome outcome) {
  switch (outcome) {
    case Outcome::kReturned:
    case Outcome::kSourceInvalid:
    case Outcome::kHandlerNotFound:
    case Outcome::kMemoryLimit:
      return true;
    case Outcome::kThrew:
    case Outcome::kResultNotSerializable:
    case Outcome::kResultTooLarge:
    case Outcome::kEventInvalid:
      return false;
  }
  return false;
}

bool IsOutcomeOfRun(Outcome outcome) {
  switch (outcome) {
    case Outcome::kReturned:
    case Outcome::kThrew:
    case Outcome::kMemoryLimit:
    case Outcome::kResultNotSerializable:
    case Outcome::kResultTooLarge:
    case Outcome::kEventInvalid:
      return true;
    case Outcome::kSourceInvalid:
    case Outcome::kHandlerNotFound:
      return false;
  }
  return false;
}

Outcome ReadOutcome(WireReader& reader) {
  return static_cast<Outcome>(
      reader.Integer<uint8_t>(uint8_t{1}, static_cast<uint8_t>(Outcome::kEventInvalid), "outcome"));
}

// What a load's and a run's reply have in common.
template <typename Reply>
void WriteReply(WireWriter& writer, const Reply& reply) {
  writer.Integer(static_cast<uint8_t>(reply.outcome));
  if (reply.outcome != Outcome::kReturned) WriteError(writer, reply.error);
  WriteLogs(writer, reply.logs);
}

template <typename Reply>
Reply ReadReply(WireReader& reader) {
  Reply reply;
  reply.outcome = ReadOutcome(reader);
  if (reply.outcome != Outcome::kReturned && reader.status().ok()) reply.error = ReadError(reader);
  reply.logs = ReadLogs(reader);
  return reply;
}

}  // namespace

std::string EncodeLoadRequest(const LoadRequest& request) {
  WireWriter writer;
  writer.Text(request.function_id);
  writer.Text(request.handler);
  writer.Integer(static_cast<uint8_t>(request.kind));
  writer.Integer(request.memory_limit_bytes);
  writer.Text(request.source);
  writer.Integer(static_cast<uint32_t>(request.dependencies.size()));
  for (const Module& module : request.dependencies) {
    writer.Text(module.name);
    writer.Text(module.source);
  }
  writer.Integer(static_cast<uint8_t>(request.python_interpreter));
  writer.Integer(static_cast<uint32_t>(request.warmup_events.size()));
  for (const std::string& event : request.warmup_events) writer.Text(event);
  return writer.Take();
}

absl::StatusOr<LoadRequest> DecodeLoadRequest(std::string_view fields) {
  WireReader reader(fields);
  LoadRequest request;
  request.function_id = reader.Text(kFunctionIdBytesMax, "function_id");
  request.handler = reader.Text(kHandlerNameBytesMax, "handler");
  request.kind = static_cast<SourceKind>(reader.Integer<uint8_t>(1, 2, "kind"));
  request.memory_limit_bytes = reader.Integer<int64_t>(0, kInt64Max, "memory_limit_bytes");
  request.source = reader.Text(kManifestBytesMax, "source");
  const uint32_t dependencies = reader.Integer<uint32_t>(0, kDependenciesMax, "dependencies");
  for (uint32_t i = 0; i < dependencies && reader.status().ok(); ++i) {
    Module& module = request.dependencies.emplace_back();
    module.name = reader.Text(kDependencyNameBytesMax, "dependency.name");
    module.source = reader.Text(kManifestBytesMax, "dependency.source");
  }
  request.python_interpreter = static_cast<PythonInterpreter>(reader.Integer<uint8_t>(1, 2, "python_interpreter"));
  const uint32_t events = reader.Integer<uint32_t>(0, kWarmUpEventsMax, "warmup_events");
  for (uint32_t i = 0; i < events && reader.status().ok(); ++i) {
    request.warmup_events.push_back(reader.Text(kEventBytesMax, "warmup_event"));
  }
  if (absl::Status status = reader.Finish(); !status.ok()) return status;
  return request;
}

std::string EncodeRunRequest(const RunRequest& request) {
  WireWriter writer;
  writer.Duration(request.time_left);
  writer.Text(request.invocation_id);
  return writer.Take();
}

absl::StatusOr<RunRequest> DecodeRunRequest(std::string_view fields, std::string event) {
  WireReader reader(fields);
  RunRequest request;
  const int64_t nanos = reader.Integer<int64_t>(std::numeric_limits<int64_t>::min(), kInt64Max, "time_left");
  request.time_left = nanos == kInt64Max ? absl::InfiniteDuration() : absl::Nanoseconds(nanos);
  request.invocation_id = reader.Text(kInvocationIdBytesMax, "invocation_id");
  if (absl::Status status = reader.Finish(); !status.ok()) return status;
  if (event.size() > kEventBytesMax) return absl::InvalidArgumentError("event is out of range");
  request.event = std::move(event);
  return request;
}

std::string EncodeLoadReply(const LoadReply& reply) {
  WireWriter writer;
  WriteReply(writer, reply);
  return writer.Take();
}

absl::StatusOr<LoadReply> DecodeLoadReply(std::string_view fields) {
  WireReader reader(fields);
  LoadReply reply = ReadReply<LoadReply>(reader);
  if (absl::Status status = reader.Finish(); !status.ok()) return status;
  if (!IsOutcomeOfLoad(reply.outcome)) return absl::InvalidArgumentError("outcome is not one of a load");
  return reply;
}

std::string EncodeRunReply(const RunReply& reply) {
  WireWriter writer;
  WriteReply(writer, reply);
  for (const absl::Duration time : {reply.times.parse, reply.times.handler, reply.times.serialize, reply.rewind.time}) {
    writer.Duration(std::clamp(time, absl::ZeroDuration(), kGuestClockMax));
  }
  writer.Integer(std::max(reply.rewind.pages, 0));
  writer.Integer(static_cast<uint8_t>(reply.last ? 1 : 0));
  return writer.Take();
}

absl::StatusOr<RunReply> DecodeRunReply(std::string_view fields, std::string result) {
  WireReader reader(fields);
  RunReply reply = ReadReply<RunReply>(reader);
  reply.times.parse = reader.Duration("times.parse");
  reply.times.handler = reader.Duration("times.handler");
  reply.times.serialize = reader.Duration("times.serialize");
  reply.rewind.time = reader.Duration("rewind.time");
  reply.rewind.pages = reader.Integer<int32_t>(0, kInt32Max, "rewind.pages");
  reply.last = reader.Integer<uint8_t>(0, 1, "last") == 1;
  if (absl::Status status = reader.Finish(); !status.ok()) return status;
  if (!IsOutcomeOfRun(reply.outcome)) return absl::InvalidArgumentError("outcome is not one of a run");
  if (result.size() > kResultBytesMax) return absl::InvalidArgumentError("result is out of range");
  if (reply.outcome != Outcome::kReturned && !result.empty()) {
    return absl::InvalidArgumentError("result is there though nothing was returned");
  }
  reply.result = std::move(result);
  return reply;
}

}  // namespace mayfly::runtime
