// What a worker may write into shared memory, and what an engine may hand to the encoder. The first byte says which.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <limits>
#include <string>
#include <string_view>

#include "absl/log/check.h"
#include "absl/status/status.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "runtime/channel/codec.h"

namespace mayfly::runtime {
namespace {

// Few, for speed: codec_test has too many.
constexpr size_t kEntriesMax = 4;

// The longest message of a decoder: a field's name and a few words.
constexpr size_t kMessageBytesMax = 64;

void CheckRefusal(const absl::Status& status) {
  CHECK_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  CHECK_LE(status.message().size(), kMessageBytesMax) << status;
}

// What is accepted is written back to the same bytes. Since an encoder of replies cuts what passes a bound and replaces
// what is not UTF-8, no reply that breaks either was accepted.
void TryLoadReply(std::string_view fields) {
  const auto reply = DecodeLoadReply(fields);
  if (!reply.ok()) return CheckRefusal(reply.status());
  CHECK_EQ(EncodeLoadReply(*reply), fields);
}

void TryRunReply(std::string_view fields, std::string_view result) {
  const auto reply = DecodeRunReply(fields, std::string(result));
  if (!reply.ok()) return CheckRefusal(reply.status());
  CHECK_EQ(EncodeRunReply(*reply), fields);
  CHECK_EQ(reply->result, result);
  CHECK(reply->outcome == Outcome::kReturned || result.empty());
}

void TryLoadRequest(std::string_view fields) {
  const auto request = DecodeLoadRequest(fields);
  if (!request.ok()) return CheckRefusal(request.status());
  CHECK_EQ(EncodeLoadRequest(*request), fields);
  CHECK_LE(request->dependencies.size(), kDependenciesMax);
  CHECK_LE(request->warmup_events.size(), kWarmUpEventsMax);
  CHECK(IsUtf8(request->source) && IsUtf8(request->handler) && IsUtf8(request->function_id));
}

void TryRunRequest(std::string_view fields) {
  const auto request = DecodeRunRequest(fields, "1");
  if (!request.ok()) return CheckRefusal(request.status());
  CHECK_EQ(EncodeRunRequest(*request), fields);
  CHECK_LE(request->invocation_id.size(), kInvocationIdBytesMax);
}

// Makes replies out of bytes, as an engine might: with texts that are too long, or no UTF-8, and times that never were.
class Engine {
 public:
  explicit Engine(std::string_view bytes) : rest_(bytes) {}

  template <typename Reply>
  Reply MakeReply() {
    Reply reply;
    reply.outcome = static_cast<Outcome>(1 + Take<uint8_t>() % static_cast<int>(Outcome::kEventInvalid));
    reply.error = {.type = Text(), .message = Text(), .stack = Text(), .frames = {}};
    const StackFrame frame{.function = Text(), .file = Text(), .line = Take<int32_t>(), .column = Take<int32_t>()};
    reply.error.frames.assign(Take<uint8_t>(), frame);
    const auto level = static_cast<LogLevel>(1 + Take<uint8_t>() % static_cast<int>(LogLevel::kError));
    const LogEntry entry{.level = level, .text = Text(), .offset = Time()};
    reply.logs = {.entries = {}, .truncated = Take<uint8_t>() % 2 == 1};
    reply.logs.entries.assign(Take<uint8_t>() % kEntriesMax, entry);
    return reply;
  }

  absl::Duration Time() {
    const auto nanos = Take<int64_t>();
    return nanos == std::numeric_limits<int64_t>::max() ? absl::InfiniteDuration() : absl::Nanoseconds(nanos);
  }

  template <typename T>
  T Take() {
    T value{};
    const size_t size = std::min(sizeof(value), rest_.size());
    std::memcpy(&value, rest_.data(), size);
    rest_.remove_prefix(size);
    return value;
  }

 private:
  // Up to 255 bytes, now and then doubled up to ten times.
  std::string Text() {
    const size_t size = std::min<size_t>(Take<uint8_t>(), rest_.size());
    std::string text(rest_.substr(0, size));
    rest_.remove_prefix(size);
    const auto doublings = Take<uint8_t>();
    for (int i = doublings <= 10 ? doublings : 0; i > 0; --i) text += std::string(text);
    return text;
  }

  std::string_view rest_;
};

// Only an outcome of the other kind is not mended by an encoder.
void TryLoadEncoder(std::string_view bytes) {
  const auto reply = Engine(bytes).MakeReply<LoadReply>();
  const std::string encoded = EncodeLoadReply(reply);
  const auto decoded = DecodeLoadReply(encoded);
  if (decoded.ok()) {
    CHECK_EQ(EncodeLoadReply(*decoded), encoded);
  } else {
    CHECK_EQ(decoded.status().message(), "outcome is not one of a load");
  }
}

void TryRunEncoder(std::string_view bytes) {
  Engine engine(bytes);
  auto reply = engine.MakeReply<RunReply>();
  reply.times = {.parse = engine.Time(), .handler = engine.Time(), .serialize = engine.Time()};
  reply.rewind = {.time = engine.Time(), .pages = engine.Take<int32_t>()};
  const std::string encoded = EncodeRunReply(reply);
  const auto decoded = DecodeRunReply(encoded, "");
  if (decoded.ok()) {
    CHECK_EQ(EncodeRunReply(*decoded), encoded);
  } else {
    CHECK_EQ(decoded.status().message(), "outcome is not one of a run");
  }
}

}  // namespace
}  // namespace mayfly::runtime

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace mayfly::runtime;
  if (size == 0) return 0;
  const std::string_view rest(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0] % 7) {
    case 0:
      TryLoadReply(rest);
      break;
    case 1:
      TryRunReply(rest, "");
      break;
    case 2:
      TryRunReply(rest, "[1]");
      break;
    case 3:
      TryLoadRequest(rest);
      break;
    case 4:
      TryRunRequest(rest);
      break;
    case 5:
      TryLoadEncoder(rest);
      break;
    case 6:
      TryRunEncoder(rest);
      break;
  }
  return 0;
}
