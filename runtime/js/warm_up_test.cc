// Warm-up events: what a handler is called with before its first call.
#include <gtest/gtest.h>

#include <string>

#include "base/limits.h"
#include "runtime/js/testing/engine_harness.h"

namespace mayfly::runtime::js {
namespace {

using testing::Call;
using testing::Harness;
using testing::Lines;
using testing::Load;

TEST(WarmUpTest, EachEventIsRunInOrderAfterTheTopLevel) {
  const RunReply reply = Call({.source = "const seen = []; function handler(event) { seen.push(event); return seen }",
                               .warmup_events = {"1", R"({"a":"b"})"}},
                              "3");
  std::string expected = "[";
  for (const char* event : {"1", R"({"a":"b"})"}) {
    for (int i = 0; i < kWarmUpRuns; ++i) expected += std::string(event) + ",";
  }
  EXPECT_EQ(reply.result, expected + "3]");
}

TEST(WarmUpTest, EachCallBeginsAfterTheSameWarmUp) {
  Harness harness({.source = "let calls = 0; function handler() { return ++calls }", .warmup_events = {"null"}});
  EXPECT_EQ(harness.Run().result, std::to_string(kWarmUpRuns + 1));
  EXPECT_EQ(harness.Run().result, std::to_string(kWarmUpRuns + 1));
}

TEST(WarmUpTest, AModuleIsWarmedUpToo) {
  EXPECT_EQ(Call({.source = "let calls = 0; export default async () => ++calls",
                  .kind = SourceKind::kJsModule,
                  .warmup_events = {"{}"}})
                .result,
            std::to_string(kWarmUpRuns + 1));
}

TEST(WarmUpTest, WhatItLogsIsDroppedAndWhatTheTopLevelLogsIsKept) {
  Harness harness(
      {.source = "console.log('top'); function handler(event) { console.log(event) }", .warmup_events = {R"("warm")"}});
  EXPECT_EQ(Lines(harness.loaded().logs), std::vector<std::string>{"INFO top"});
  EXPECT_EQ(Lines(harness.Run(R"("call")").logs), std::vector<std::string>{"INFO call"});
}

TEST(WarmUpTest, AThrowFailsTheLoadAndNamesTheEvent) {
  const LoadReply reply = Load({.source = "function handler(event) { if (event.bad) throw new TypeError('no') }",
                                .warmup_events = {"{}", R"({"bad":true})"}});
  EXPECT_EQ(reply.outcome, Outcome::kSourceInvalid);
  EXPECT_EQ(reply.error.type, "TypeError");
  EXPECT_EQ(reply.error.message, "warmupEvents[1]: no");
  EXPECT_EQ(testing::Frames(reply.error), std::vector<std::string>{"handler (my-func.js:1:48)"});
}

TEST(WarmUpTest, ARejectionFailsTheLoad) {
  const LoadReply reply =
      Load({.source = "async function handler() { await null; throw new Error('late') }", .warmup_events = {"{}"}});
  EXPECT_EQ(reply.outcome, Outcome::kSourceInvalid);
  EXPECT_EQ(reply.error.message, "warmupEvents[0]: late");
}

TEST(WarmUpTest, AResultThatIsNoJsonFailsTheLoad) {
  const LoadReply reply = Load({.source = "function handler() { return 1n }", .warmup_events = {"{}"}});
  EXPECT_EQ(reply.outcome, Outcome::kSourceInvalid);
  EXPECT_EQ(reply.error.message, "warmupEvents[0]: Do not know how to serialize a BigInt");
}

TEST(WarmUpTest, TheMemoryLimitIsTheOutcomeOfAnEventThatReachesIt) {
  const LoadReply reply =
      Load({.source = "function handler() { const kept = []; for (;;) kept.push({ a: 1 }) }", .warmup_events = {"{}"}});
  EXPECT_EQ(reply.outcome, Outcome::kMemoryLimit);
  EXPECT_EQ(reply.error.message, "warmupEvents[0]: the function reached its memory limit of 64 MiB");
}

TEST(WarmUpTest, TimersOfAnEventDoNotRunInACall) {
  const std::string source =
      "let ticks = []; setTimeout(() => ticks.push('top'), 1);"
      "async function handler(event) {"
      "  setTimeout(() => ticks.push(event), 1);"
      "  if (event === 'call') await new Promise((done) => setTimeout(done, 5));"
      "  return ticks"
      "}";
  EXPECT_EQ(Call({.source = source, .warmup_events = {R"("warm")"}}, R"("call")").result, R"(["top","call"])");
}

TEST(WarmUpTest, AnEventHasNoBudgetAndNoId) {
  EXPECT_EQ(Call({.source = "const seen = []; function handler(event, context) { "
                            "seen.push([context.invocationId, context.getRemainingTimeMillis() === Infinity]);"
                            "return seen.slice(-2) }",
                  .warmup_events = {"{}"}})
                .result,
            R"([["",true],["call-1",true]])");
}

TEST(WarmUpTest, ItsRandomNumbersAreNotTheCalls) {
  Harness harness({.source = "const seen = []; function handler() { seen.push(Math.random()); return seen.at(-1) }",
                   .warmup_events = {"{}"}});
  EXPECT_NE(harness.Run().result, harness.Run().result);
}

}  // namespace
}  // namespace mayfly::runtime::js
