#include "runtime/channel/codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "base/limits.h"

namespace mayfly::runtime {
namespace {

using ::testing::HasSubstr;

LoadRequest SomeLoadRequest() {
  return {
      .function_id = "greet",
      .handler = "handler",
      .kind = SourceKind::kJsModule,
      .source = "export default () => 'h\xC3\xA9llo'",
      .dependencies = {{.name = "a", .source = "1"}, {.name = "b/c", .source = ""}},
      .memory_limit_bytes = 128 << 20,
      .python_interpreter = PythonInterpreter::kMain,
      .warmup_events = {R"({"n":1})", "[]"},
  };
}

Logs SomeLogs() {
  return {
      .entries = {{.level = LogLevel::kWarn, .text = "w", .offset = absl::Microseconds(5)},
                  {.level = LogLevel::kDebug, .text = "", .offset = absl::ZeroDuration()}},
      .truncated = true,
  };
}

GuestError SomeError() {
  return {
      .type = "TypeError",
      .message = "no",
      .stack = "TypeError: no\n  at f",
      .frames = {{.function = "f", .file = "greet.js", .line = 3, .column = 9}, {.file = "greet.js", .line = 12}},
  };
}

RunReply SomeRunReply() {
  return {
      .outcome = Outcome::kThrew,
      .error = SomeError(),
      .logs = SomeLogs(),
      .times = {.parse = absl::Nanoseconds(1), .handler = absl::Seconds(2), .serialize = absl::ZeroDuration()},
      .rewind = {.time = absl::Microseconds(12), .pages = 17},
      .last = true,
  };
}

// An encoding with one integer in it changed.
template <typename T>
std::string WithInteger(std::string bytes, size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof(value));
  return bytes;
}

void ExpectSame(const Logs& a, const Logs& b) {
  EXPECT_EQ(a.truncated, b.truncated);
  ASSERT_EQ(a.entries.size(), b.entries.size());
  for (size_t i = 0; i < a.entries.size(); ++i) {
    EXPECT_EQ(a.entries[i].level, b.entries[i].level);
    EXPECT_EQ(a.entries[i].text, b.entries[i].text);
    EXPECT_EQ(a.entries[i].offset, b.entries[i].offset);
  }
}

void ExpectSame(const GuestError& a, const GuestError& b) {
  EXPECT_EQ(a.type, b.type);
  EXPECT_EQ(a.message, b.message);
  EXPECT_EQ(a.stack, b.stack);
  ASSERT_EQ(a.frames.size(), b.frames.size());
  for (size_t i = 0; i < a.frames.size(); ++i) {
    EXPECT_EQ(a.frames[i].function, b.frames[i].function);
    EXPECT_EQ(a.frames[i].file, b.frames[i].file);
    EXPECT_EQ(a.frames[i].line, b.frames[i].line);
    EXPECT_EQ(a.frames[i].column, b.frames[i].column);
  }
}

TEST(CodecTest, KeepsALoadRequest) {
  const LoadRequest sent = SomeLoadRequest();
  const absl::StatusOr<LoadRequest> got = DecodeLoadRequest(EncodeLoadRequest(sent));
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->function_id, sent.function_id);
  EXPECT_EQ(got->handler, sent.handler);
  EXPECT_EQ(got->kind, sent.kind);
  EXPECT_EQ(got->source, sent.source);
  EXPECT_EQ(got->memory_limit_bytes, sent.memory_limit_bytes);
  ASSERT_EQ(got->dependencies.size(), 2u);
  EXPECT_EQ(got->dependencies[1].name, "b/c");
  EXPECT_EQ(got->dependencies[0].source, "1");
  EXPECT_EQ(got->python_interpreter, PythonInterpreter::kMain);
  EXPECT_EQ(got->warmup_events, sent.warmup_events);
}

TEST(CodecTest, KeepsARunRequest) {
  const absl::StatusOr<RunRequest> got = DecodeRunRequest(
      EncodeRunRequest({.event = "unused", .time_left = absl::Milliseconds(20), .invocation_id = "0190"}),
      R"({"a":1})");
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->event, R"({"a":1})");
  EXPECT_EQ(got->time_left, absl::Milliseconds(20));
  EXPECT_EQ(got->invocation_id, "0190");
}

TEST(CodecTest, KeepsAnInfiniteAndANegativeTimeLeft) {
  EXPECT_EQ(DecodeRunRequest(EncodeRunRequest({}), "1")->time_left, absl::InfiniteDuration());
  EXPECT_EQ(DecodeRunRequest(EncodeRunRequest({.time_left = -absl::Seconds(1)}), "1")->time_left, -absl::Seconds(1));
}

TEST(CodecTest, KeepsALoadReply) {
  const LoadReply sent = {.outcome = Outcome::kSourceInvalid, .error = SomeError(), .logs = SomeLogs()};
  const absl::StatusOr<LoadReply> got = DecodeLoadReply(EncodeLoadReply(sent));
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->outcome, Outcome::kSourceInvalid);
  ExpectSame(got->error, sent.error);
  ExpectSame(got->logs, sent.logs);
}

TEST(CodecTest, KeepsARunReply) {
  const RunReply sent = SomeRunReply();
  const absl::StatusOr<RunReply> got = DecodeRunReply(EncodeRunReply(sent), "");
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->outcome, Outcome::kThrew);
  ExpectSame(got->error, sent.error);
  ExpectSame(got->logs, sent.logs);
  EXPECT_EQ(got->times.parse, absl::Nanoseconds(1));
  EXPECT_EQ(got->times.handler, absl::Seconds(2));
  EXPECT_EQ(got->times.serialize, absl::ZeroDuration());
  EXPECT_EQ(got->rewind.time, absl::Microseconds(12));
  EXPECT_EQ(got->rewind.pages, 17);
  EXPECT_TRUE(got->last);
}

TEST(CodecTest, KeepsAResultWithoutAnError) {
  const absl::StatusOr<RunReply> got = DecodeRunReply(EncodeRunReply({.error = SomeError()}), "[1]");
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->outcome, Outcome::kReturned);
  EXPECT_EQ(got->result, "[1]");
  EXPECT_EQ(got->error.type, "");
}

TEST(CodecTest, RefusesEveryTruncation) {
  const std::string load_request = EncodeLoadRequest(SomeLoadRequest());
  for (size_t i = 0; i < load_request.size(); ++i) EXPECT_FALSE(DecodeLoadRequest(load_request.substr(0, i)).ok()) << i;
  const std::string run_reply = EncodeRunReply(SomeRunReply());
  for (size_t i = 0; i < run_reply.size(); ++i) EXPECT_FALSE(DecodeRunReply(run_reply.substr(0, i), "").ok()) << i;
  const std::string load_reply = EncodeLoadReply({.logs = SomeLogs()});
  for (size_t i = 0; i < load_reply.size(); ++i) EXPECT_FALSE(DecodeLoadReply(load_reply.substr(0, i)).ok()) << i;
  const std::string run_request = EncodeRunRequest({.invocation_id = "x"});
  for (size_t i = 0; i < run_request.size(); ++i) {
    EXPECT_FALSE(DecodeRunRequest(run_request.substr(0, i), "1").ok()) << i;
  }
}

TEST(CodecTest, RefusesWhatGoesOnAfterItsEnd) {
  EXPECT_THAT(DecodeRunReply(EncodeRunReply({}) + '\0', "1").status().message(), HasSubstr("after its end"));
  EXPECT_THAT(DecodeLoadReply(EncodeLoadReply({}) + "x").status().message(), HasSubstr("after its end"));
}

TEST(CodecTest, SurvivesEveryByteChangedToEveryValue) {
  const std::string reply = EncodeRunReply(SomeRunReply());
  int refused = 0;
  for (size_t at = 0; at < reply.size(); ++at) {
    for (int value = 0; value < 256; ++value) {
      std::string changed = reply;
      changed[at] = static_cast<char>(value);
      refused += DecodeRunReply(changed, "").ok() ? 0 : 1;
    }
  }
  EXPECT_GT(refused, 0);
}

// The layout of an empty reply that threw: outcome 1, three lengths of 4, the count of frames 4, truncated 1, the count
// of entries 4, three times and that of the rewind 8 each, its pages 4, last 1.
constexpr size_t kTypeAt = 1;
constexpr size_t kFramesAt = 13;
constexpr size_t kEntriesAt = 18;
constexpr size_t kTimesAt = 22;
constexpr size_t kRewindAt = kTimesAt + 24;
constexpr size_t kLastAt = kRewindAt + 12;

TEST(CodecTest, RefusesHugeLengthsAndCounts) {
  const std::string reply = EncodeRunReply({.outcome = Outcome::kThrew});
  ASSERT_EQ(reply.size(), kLastAt + 1);
  for (const uint32_t huge : {0x7FFFFFFFu, 0x80000000u, 0xFFFFFFFFu}) {
    for (const size_t at : {kTypeAt, kTypeAt + 4, kTypeAt + 8, kFramesAt, kEntriesAt}) {
      EXPECT_THAT(DecodeRunReply(WithInteger(reply, at, huge), "").status().message(), HasSubstr("out of range")) << at;
    }
  }
}

TEST(CodecTest, RefusesOneMoreThanEachBound) {
  const std::string reply = EncodeRunReply({.outcome = Outcome::kThrew});
  const auto message = [&](size_t at, size_t value) {
    return std::string(DecodeRunReply(WithInteger(reply, at, static_cast<uint32_t>(value)), "").status().message());
  };
  EXPECT_EQ(message(kTypeAt, kErrorTypeBytesMax), "error.type is cut off");
  EXPECT_EQ(message(kTypeAt, kErrorTypeBytesMax + 1), "error.type is out of range");
  EXPECT_EQ(message(kTypeAt + 4, kErrorTextBytesMax + 1), "error.message is out of range");
  EXPECT_EQ(message(kFramesAt, kStackFramesMax + 1), "error.frames is out of range");
  EXPECT_EQ(message(kEntriesAt, kLogEntriesMax + 1), "logs.entries is out of range");
}

TEST(CodecTest, RefusesLogsThatAreTooMuchTogether) {
  // Two entries of half the bound and one byte more: the encoder would cut the second, so the bytes are put together by
  // hand.
  const std::string half(kLogBytesMax / 2, 'x');
  std::string bytes = EncodeLoadReply({.logs = {.entries = {{.text = half}, {.text = half}, {.text = ""}}}});
  const size_t last_length_at = bytes.size() - 12;
  bytes = WithInteger(bytes, last_length_at, uint32_t{1});
  bytes.insert(last_length_at + 4, "y");
  EXPECT_EQ(DecodeLoadReply(bytes).status().message(), "log.text is out of range");
}

TEST(CodecTest, RefusesEnumsAndTimesThatAreNone) {
  const std::string reply = EncodeRunReply({.outcome = Outcome::kThrew});
  EXPECT_EQ(DecodeRunReply(WithInteger(reply, 0, uint8_t{0}), "").status().message(), "outcome is out of range");
  EXPECT_EQ(DecodeRunReply(WithInteger(reply, 0, uint8_t{9}), "").status().message(), "outcome is out of range");
  EXPECT_EQ(DecodeRunReply(WithInteger(reply, kTimesAt, int64_t{-1}), "").status().message(),
            "times.parse is out of range");
  EXPECT_EQ(DecodeRunReply(WithInteger(reply, kTimesAt + 8, INT64_MAX), "").status().message(),
            "times.handler is out of range");
}

TEST(CodecTest, RefusesRewindsThatCannotBe) {
  const std::string reply = EncodeRunReply({.outcome = Outcome::kThrew});
  EXPECT_EQ(DecodeRunReply(WithInteger(reply, kRewindAt, int64_t{-1}), "").status().message(),
            "rewind.time is out of range");
  EXPECT_EQ(DecodeRunReply(WithInteger(reply, kRewindAt + 8, int32_t{-1}), "").status().message(),
            "rewind.pages is out of range");
  EXPECT_EQ(DecodeRunReply(WithInteger(reply, kLastAt, uint8_t{2}), "").status().message(), "last is out of range");
}

TEST(CodecTest, RefusesInterpretersThatAreNoneAndTooManyWarmUpEvents) {
  // An empty load request ends with the interpreter and the count of events.
  const std::string load = EncodeLoadRequest({});
  const size_t interpreter_at = load.size() - 5;
  EXPECT_EQ(DecodeLoadRequest(WithInteger(load, interpreter_at, uint8_t{0})).status().message(),
            "python_interpreter is out of range");
  EXPECT_EQ(DecodeLoadRequest(WithInteger(load, interpreter_at, uint8_t{3})).status().message(),
            "python_interpreter is out of range");
  const auto count = static_cast<uint32_t>(kWarmUpEventsMax);
  EXPECT_TRUE(DecodeLoadRequest(EncodeLoadRequest({.warmup_events = std::vector<std::string>(count, "1")})).ok());
  EXPECT_EQ(DecodeLoadRequest(WithInteger(load, interpreter_at + 1, count + 1)).status().message(),
            "warmup_events is out of range");
}

TEST(CodecTest, RefusesOutcomesOfTheOtherKind) {
  EXPECT_FALSE(DecodeLoadReply(EncodeLoadReply({.outcome = Outcome::kThrew})).ok());
  EXPECT_FALSE(DecodeRunReply(EncodeRunReply({.outcome = Outcome::kSourceInvalid}), "").ok());
}

TEST(CodecTest, RefusesAResultThatWasNotReturned) {
  EXPECT_FALSE(DecodeRunReply(EncodeRunReply({.outcome = Outcome::kThrew}), "1").ok());
}

TEST(CodecTest, RefusesTextThatIsNotUtf8) {
  std::string reply = EncodeRunReply({.outcome = Outcome::kThrew, .error = {.type = "ab"}});
  reply[kTypeAt + 5] = '\xFF';
  EXPECT_EQ(DecodeRunReply(reply, "").status().message(), "error.type is not UTF-8");
}

TEST(CodecTest, MakesWhatAnEngineSaysFit) {
  RunReply reply = {.outcome = Outcome::kThrew};
  reply.error.type = std::string(kErrorTypeBytesMax, 'x') + "y";
  reply.error.message = "bad \xFF byte";
  reply.error.frames.resize(kStackFramesMax + 1, {.line = -1});
  reply.logs.entries.resize(kLogEntriesMax + 1, {.offset = -absl::Seconds(1)});
  const absl::StatusOr<RunReply> got = DecodeRunReply(EncodeRunReply(reply), "");
  ASSERT_TRUE(got.ok()) << got.status();
  EXPECT_EQ(got->error.type, std::string(kErrorTypeBytesMax, 'x'));
  EXPECT_EQ(got->error.message, "bad \xEF\xBF\xBD byte");
  EXPECT_EQ(got->error.frames.size(), kStackFramesMax);
  EXPECT_EQ(got->error.frames[0].line, 0);
  EXPECT_EQ(got->logs.entries.size(), kLogEntriesMax);
  EXPECT_TRUE(got->logs.truncated);
}

}  // namespace
}  // namespace mayfly::runtime
