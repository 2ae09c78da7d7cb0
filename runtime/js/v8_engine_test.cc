#include "runtime/js/v8_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/limits.h"
#include "runtime/js/testing/engine_harness.h"

namespace mayfly::runtime::js {
namespace {

using testing::Call;
using testing::CallModule;
using testing::CallScript;
using ::testing::ElementsAre;
using testing::Frames;
using testing::Harness;
using ::testing::IsEmpty;
using testing::Lines;
using testing::Load;

// --- Handlers

TEST(V8EngineTest, CallsAGlobalFunctionWithTheEvent) {
  const RunReply reply =
      CallScript("function handler(event) { return { message: `Hello, ${event.name}!` }; }", R"({"name":"Ada"})");
  EXPECT_EQ(reply.outcome, Outcome::kReturned);
  EXPECT_EQ(reply.result, R"({"message":"Hello, Ada!"})");
}

TEST(V8EngineTest, FindsTheHandlerHoweverItIsDeclared) {
  for (const char* source : {
           "var handler = () => 1",
           "const handler = async () => 1",
           "let handler = function () { return 1 }",
           "globalThis.handler = () => 1",
           "exports.handler = () => 1",
           "module.exports = { handler() { return 1 } }",
           "module.exports = () => 1",
           "'use strict'; const require = 1, exports = 2, module = 3; function handler() { return 1 }",
       }) {
    EXPECT_EQ(CallScript(source).result, "1") << source;
  }
}

TEST(V8EngineTest, FindsTheHandlerOfAModule) {
  for (const char* source : {
           "export function handler() { return 1 }",
           "export const handler = async () => 1",
           "export default function () { return 1 }",
           "function run() { return 1 } export { run as handler }",
           "const value = await Promise.resolve(1); export const handler = () => value",
           "const value = await new Promise((done) => setTimeout(done, 1, 1)); export default () => value",
       }) {
    EXPECT_EQ(CallModule(source).result, "1") << source;
  }
}

TEST(V8EngineTest, FindsTheHandlerByTheNameItWasGiven) {
  EXPECT_EQ(
      Call({.source = "function handler() { return 1 } function other() { return 2 }", .handler = "other"}).result,
      "2");
  EXPECT_EQ(Call({.source = "exports['my-handler'] = () => 3", .handler = "my-handler"}).result, "3");
}

TEST(V8EngineTest, NamesTheFunctionsOfASourceWithoutTheHandler) {
  const LoadReply reply =
      Load({.source = "function handle() {} const later = () => 1; let n = 5; class Kind {} exports.other = () => 1"});
  EXPECT_EQ(reply.outcome, Outcome::kHandlerNotFound);
  EXPECT_EQ(reply.error.message,
            "the source has no function 'handler'; did you mean 'handle'?; it has 'handle', 'later', 'Kind', 'other'");
  EXPECT_EQ(Load({.source = "1"}).error.message, "the source has no function 'handler'; it has none");
  EXPECT_EQ(Load({.source = "var handler = 5"}).error.message, "'handler' is not a function but number; it has none");
}

TEST(V8EngineTest, NamesTheExportsOfAModuleWithoutTheHandler) {
  const LoadReply reply =
      Load({.source = "export const n = 1; export function go() {}", .kind = SourceKind::kJsModule});
  EXPECT_EQ(reply.outcome, Outcome::kHandlerNotFound);
  EXPECT_EQ(reply.error.message, "the source exports no function 'handler'; it exports 'go'");
}

TEST(V8EngineTest, GivesTheHandlerTheCallsIdAndTheTimeLeft) {
  Harness harness({.source = "function handler(event, context) { const left = context.getRemainingTimeMillis();"
                             "return [context.invocationId, left > 59000 && left <= 60000]; }"});
  EXPECT_EQ(harness.Run("{}", absl::Seconds(60)).result, R"(["call-1",true])");
  EXPECT_EQ(
      CallScript("function handler(event, context) { return context.getRemainingTimeMillis() === Infinity }").result,
      "true");
}

// --- Events and results

TEST(V8EngineTest, ResultsFollowJsonStringify) {
  const std::pair<const char*, const char*> results[] = {
      {"undefined", "null"},
      {"null", "null"},
      {"() => 1", "null"},
      {"Symbol('a')", "null"},
      {"'undefined'", R"("undefined")"},
      {"NaN", "null"},
      {"-0", "0"},
      {"[undefined, () => 1, NaN]", "[null,null,null]"},
      {"({ a: undefined, b: 1 })", R"({"b":1})"},
      {"new Date(0)", R"("1970-01-01T00:00:00.000Z")"},
      {"({ toJSON() { return undefined } })", "null"},
      {"'é€😀'", R"("é€😀")"},
      {"'\\ud800'", R"("\ud800")"},
      {"Promise.resolve(Promise.resolve(7))", "7"},
      {"({ then(resolve) { resolve(8) } })", "8"},
  };
  for (const auto& [expression, json] : results) {
    EXPECT_EQ(CallScript(absl::StrCat("function handler() { return ", expression, " }")).result, json) << expression;
  }
}

TEST(V8EngineTest, EventsAreParsedAsJsonParseDoes) {
  const char echo[] = "function handler(event) { return event }";
  for (const char* json : {R"({"__proto__":{"a":1},"constructor":2})", R"("\ud800")", "null", "[[[]]]", "1e400"}) {
    EXPECT_EQ(CallScript(echo, json).result, std::string(json) == "1e400" ? "null" : json) << json;
  }
  EXPECT_EQ(CallScript(echo, R"({"a":1,"a":2})").result, R"({"a":2})");
  EXPECT_EQ(CallScript("function handler(event) { return [event.polluted, Object.keys(event)] }",
                       R"({"__proto__":{"polluted":1}})")
                .result,
            R"([null,["__proto__"]])");
}

TEST(V8EngineTest, AGuestThatReplacesJsonDoesNotChangeItsResult) {
  EXPECT_EQ(CallScript("JSON.stringify = () => 'x'; JSON.parse = null; function handler(event) { return event }", "[1]")
                .result,
            "[1]");
}

TEST(V8EngineTest, SaysWhyAResultCannotBeJson) {
  const RunReply circular = CallScript("function handler() { const a = {}; a.self = a; return a }");
  EXPECT_EQ(circular.outcome, Outcome::kResultNotSerializable);
  EXPECT_EQ(circular.error.type, "TypeError");
  EXPECT_EQ(circular.error.message,
            "Converting circular structure to JSON\n    --> starting at object with constructor 'Object'\n"
            "    --- property 'self' closes the circle");
  const RunReply big = CallScript("function handler() { return 1n }");
  EXPECT_EQ(big.outcome, Outcome::kResultNotSerializable);
  EXPECT_EQ(big.error.message, "Do not know how to serialize a BigInt");
}

TEST(V8EngineTest, RefusesAResultThatIsTooLarge) {
  const std::string largest = absl::StrCat(kResultBytesMax - 2);
  const RunReply fits = CallScript(absl::StrCat("function handler() { return 'x'.repeat(", largest, ") }"));
  EXPECT_EQ(fits.result.size(), kResultBytesMax);
  const RunReply reply = CallScript(absl::StrCat("function handler() { return 'x'.repeat(", largest, " + 1) }"));
  EXPECT_EQ(reply.outcome, Outcome::kResultTooLarge);
  EXPECT_EQ(reply.error.message, "the result is 6291457 bytes of JSON; the limit is 6291456");
  EXPECT_EQ(reply.result, "");
}

TEST(V8EngineTest, MeasuresItsPhases) {
  const RunReply reply = CallScript("async function handler() { await new Promise((done) => setTimeout(done, 5)) }");
  EXPECT_GT(reply.times.parse, absl::ZeroDuration());
  EXPECT_GE(reply.times.handler, absl::Milliseconds(5));
  EXPECT_GT(reply.times.serialize, absl::ZeroDuration());
}

// --- Errors

TEST(V8EngineTest, AnErrorHasTypeMessageAndTheUsersLines) {
  const RunReply reply = CallScript(
      "function inner(user) {\n  return user.name;\n}\nfunction handler(event) {\n  return inner(event.user);\n}");
  EXPECT_EQ(reply.outcome, Outcome::kThrew);
  EXPECT_EQ(reply.error.type, "TypeError");
  EXPECT_EQ(reply.error.message, "Cannot read properties of undefined (reading 'name')");
  EXPECT_EQ(reply.error.stack,
            "TypeError: Cannot read properties of undefined (reading 'name')\n"
            "    at inner (my-func.js:2:15)\n    at handler (my-func.js:5:10)");
  EXPECT_THAT(Frames(reply.error), ElementsAre("inner (my-func.js:2:15)", "handler (my-func.js:5:10)"));
}

TEST(V8EngineTest, ARejectionIsAnErrorAndIsNotLoggedAsWell) {
  const RunReply reply = CallScript("async function handler() { await null; throw new RangeError('late') }");
  EXPECT_EQ(reply.outcome, Outcome::kThrew);
  EXPECT_EQ(reply.error.type, "RangeError");
  EXPECT_EQ(reply.error.message, "late");
  EXPECT_THAT(Frames(reply.error), ElementsAre("handler (my-func.js:1:46)"));
  EXPECT_THAT(Lines(reply.logs), IsEmpty());
}

TEST(V8EngineTest, AnErrorsTypeIsItsNameOrItsClass) {
  const std::pair<const char*, const char*> types[] = {
      {"class NotAllowed extends Error {} throw new NotAllowed('m')", "NotAllowed"},
      {"const e = new Error('m'); e.name = 'Custom'; throw e", "Custom"},
      {"throw new DOMException('m', 'AbortError')", "AbortError"},
      {"throw new Error('m')", "Error"},
      {"const e = new Error('m'); Object.defineProperty(e, 'name', { get() { throw 1 } }); throw e", "Error"},
  };
  for (const auto& [body, type] : types) {
    const RunReply reply = CallScript(absl::StrCat("function handler() { ", body, " }"));
    EXPECT_EQ(reply.error.type, type) << body;
    EXPECT_EQ(reply.error.message, "m") << body;
  }
}

TEST(V8EngineTest, WhatIsThrownNeedNotBeAnError) {
  const std::pair<const char*, std::pair<const char*, const char*>> thrown[] = {
      {"'text'", {"string", "text"}},
      {"42", {"number", "42"}},
      {"undefined", {"undefined", "undefined"}},
      {"null", {"null", "null"}},
      {"Symbol('s')", {"symbol", "Symbol(s)"}},
      {"({ code: 7 })", {"Object", R"({"code":7})"}},
      {"Object.create(null)", {"object", "{}"}},
      {"new Proxy({}, { get() { throw 1 } })", {"object", "[object]"}},
  };
  for (const auto& [value, expected] : thrown) {
    const RunReply reply = CallScript(absl::StrCat("function handler() { throw ", value, " }"));
    EXPECT_EQ(reply.outcome, Outcome::kThrew) << value;
    EXPECT_EQ(reply.error.type, expected.first) << value;
    EXPECT_EQ(reply.error.message, expected.second) << value;
    EXPECT_THAT(Frames(reply.error), ElementsAre("handler (my-func.js:1:22)")) << value;
  }
}

TEST(V8EngineTest, CausesAndTheErrorsOfAnAggregateAreShown) {
  const RunReply cause = CallScript(
      "function handler() { throw new Error('outer', { cause: new TypeError('inner', { cause: 'why' }) }) }");
  EXPECT_EQ(cause.error.stack,
            "Error: outer\n    at handler (my-func.js:1:28)\n"
            "  [cause]: TypeError: inner\n      at handler (my-func.js:1:56)\n    [cause]: why");
  const RunReply aggregate = CallScript(
      "async function handler() { await Promise.any([Promise.reject(1), Promise.reject(new Error('two'))]) }");
  EXPECT_EQ(aggregate.error.type, "AggregateError");
  EXPECT_EQ(aggregate.error.stack,
            "AggregateError: All promises were rejected\n  [errors][0]: 1\n"
            "  [errors][1]: Error: two\n      at handler (my-func.js:1:81)");
}

TEST(V8EngineTest, TheStackIsTheEnginesOwn) {
  const RunReply reply = CallScript(
      "class Account {\n  constructor() { this.open(); }\n  open() { throw new Error('closed'); }\n}\n"
      "const wait = async () => { await null; new Account(); };\nasync function handler() { await wait(); }");
  EXPECT_EQ(reply.error.stack,
            "Error: closed\n    at Account.open (my-func.js:3:18)\n    at new Account (my-func.js:2:24)\n"
            "    at wait (my-func.js:5:40)\n    at async handler (my-func.js:6:28)");
}

TEST(V8EngineTest, ASyntaxErrorHasItsPlace) {
  const LoadReply reply = Load({.source = "let a = 1;\nfunction handler( {\n}"});
  EXPECT_EQ(reply.outcome, Outcome::kSourceInvalid);
  EXPECT_EQ(reply.error.type, "SyntaxError");
  EXPECT_EQ(reply.error.message, "Unexpected end of input");
  EXPECT_THAT(Frames(reply.error), ElementsAre(" (my-func.js:3:2)"));
  const LoadReply module = Load({.source = "export const a = 1;\nexport const a = 2;", .kind = SourceKind::kJsModule});
  EXPECT_EQ(module.outcome, Outcome::kSourceInvalid);
  EXPECT_EQ(module.error.message, "Identifier 'a' has already been declared");
  EXPECT_THAT(Frames(module.error), ElementsAre(" (my-func.js:2:14)"));
}

TEST(V8EngineTest, ATopLevelThatThrowsDoesNotLoad) {
  const LoadReply script = Load({.source = "console.log('before');\nnull.x;"});
  EXPECT_EQ(script.outcome, Outcome::kSourceInvalid);
  EXPECT_EQ(script.error.type, "TypeError");
  EXPECT_THAT(Frames(script.error), ElementsAre(" (my-func.js:2:6)"));
  EXPECT_THAT(Lines(script.logs), ElementsAre("INFO before"));
  const LoadReply module = Load({.source = "await null;\nthrow new Error('no');", .kind = SourceKind::kJsModule});
  EXPECT_EQ(module.outcome, Outcome::kSourceInvalid);
  EXPECT_EQ(module.error.message, "no");
  EXPECT_THAT(Frames(module.error), ElementsAre(" (my-func.js:2:7)"));
}

TEST(V8EngineTest, DeepRecursionIsARangeError) {
  const RunReply reply = CallScript("function handler() { return handler() }");
  EXPECT_EQ(reply.outcome, Outcome::kThrew);
  EXPECT_EQ(reply.error.type, "RangeError");
  EXPECT_EQ(reply.error.message, "Maximum call stack size exceeded");
  EXPECT_EQ(
      CallScript("function deep() { deep() } function handler() { try { deep() } catch { return 'caught' } }").result,
      R"("caught")");
}

// --- What else runs

TEST(V8EngineTest, WhatIsStillPendingWhenTheResultIsThereNeverRuns) {
  Harness harness({.source = "function handler() { setTimeout(() => console.log('timer'), 0); setInterval(() => "
                             "console.log('interval'), 0);"
                             "Promise.resolve().then(() => console.log('microtask')); return 1 }"});
  EXPECT_THAT(Lines(harness.Run().logs), ElementsAre("INFO microtask"));
  EXPECT_THAT(Lines(harness.Run().logs), ElementsAre("INFO microtask"));
}

TEST(V8EngineTest, UncaughtErrorsAndRejectionsAreLoggedAndNotFatal) {
  const RunReply reply = CallScript(
      "async function handler() {\n"
      "  setTimeout(() => { throw new Error('timer') }, 0);\n"
      "  queueMicrotask(() => { throw new Error('microtask') });\n"
      "  Promise.reject(new Error('nobody'));\n"
      "  const late = Promise.reject(new Error('late')); late.catch(() => {});\n"
      "  await new Promise((done) => setTimeout(done, 2));\n"
      "  return 'done';\n"
      "}");
  EXPECT_EQ(reply.result, R"("done")");
  EXPECT_THAT(Lines(reply.logs),
              ElementsAre("ERROR Uncaught Error: microtask", "ERROR     at my-func.js:3:32",
                          "ERROR Uncaught (in promise) Error: nobody", "ERROR     at handler (my-func.js:4:18)",
                          "ERROR Uncaught Error: timer", "ERROR     at my-func.js:2:28"));
}

TEST(V8EngineTest, FinalizersAndWeakReferencesAreThere) {
  EXPECT_EQ(
      CallScript("function handler() { return [typeof FinalizationRegistry, typeof WeakRef, typeof SharedArrayBuffer, "
                 "typeof WebAssembly, typeof Intl] }")
          .result,
      R"(["function","function","function","object","object"])");
}

TEST(V8EngineTest, AtomicsWaitIsRefused) {
  const RunReply reply =
      CallScript("function handler() { Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0) }");
  EXPECT_EQ(reply.error.message, "Atomics.wait cannot be called in this context");
}

TEST(V8EngineTest, TheTimeZoneIsUtc) {
  EXPECT_EQ(CallScript("function handler() { return [new Date(0).getTimezoneOffset(), "
                       "Intl.DateTimeFormat().resolvedOptions().timeZone] }")
                .result,
            R"([0,"UTC"])");
}

// --- No call sees another

TEST(V8EngineTest, NothingOfACallIsSeenByTheNext) {
  Harness harness({
      .source = "const seen = require('state');\n"
                "let count = 0;\n"
                "function handler(event) {\n"
                "  const before = [++count, ++seen.count, globalThis.planted, Object.prototype.planted, [].planted, "
                "typeof URL,\n"
                "    JSON.planted, Math.max(1, 2), console.planted, crypto.planted, require.planted, "
                "Error.stackTraceLimit];\n"
                "  globalThis.planted = Object.prototype.planted = JSON.planted = console.planted = crypto.planted = "
                "'planted';\n"
                "  require.planted = 1; Math.max = () => 'planted'; Error.stackTraceLimit = 1; globalThis.URL = 1;\n"
                "  setInterval(() => { globalThis.planted = 1 }, 0); queueMicrotask(() => {}); new Promise(() => {});\n"
                "  Array.prototype.planted = 1;\n"
                "  return before;\n"
                "}",
      .dependencies = {{.name = "state", .source = "exports.count = 0"}},
  });
  const std::string pristine = R"([1,1,null,null,null,"function",null,2,null,null,null,10])";
  EXPECT_EQ(harness.Run().result, pristine);
  EXPECT_EQ(harness.Run().result, pristine);
  EXPECT_EQ(harness.Run().result, pristine);
}

TEST(V8EngineTest, AModuleIsEvaluatedAnewForEachCall) {
  Harness harness({
      .source = "import { next } from 'counter'; export default async () => [next(), (await import('counter')).next()]",
      .dependencies = {{.name = "counter", .source = "let n = 0; export const next = () => ++n"}},
      .kind = SourceKind::kJsModule,
  });
  EXPECT_EQ(harness.Run().result, "[1,2]");
  EXPECT_EQ(harness.Run().result, "[1,2]");
}

TEST(V8EngineTest, APendingPromiseOfOneCallDoesNotReachTheNext) {
  Harness harness({.source =
                       "async function handler() { setTimeout(() => console.log('late'), 0);"
                       "(async () => { await null; await null; await null; console.log('microtask') })(); throw 1 }"});
  EXPECT_THAT(Lines(harness.Run().logs), ElementsAre("INFO microtask"));
  EXPECT_THAT(Lines(harness.Run().logs), ElementsAre("INFO microtask"));
}

TEST(V8EngineTest, RandomnessNeverRepeats) {
  Harness harness(
      {.source =
           "const early = Math.random(); function handler() { return [early, Math.random(), crypto.randomUUID()] }"});
  std::set<std::string> results;
  for (int i = 0; i < 50; ++i) results.insert(harness.Run().result);
  EXPECT_EQ(results.size(), 50u);
}

TEST(V8EngineTest, PrepareFailsWhereTheTopLevelDoesNotLoadAgain) {
  Harness harness({.source = "const first = Date.now(); while (Date.now() === first); "
                             "if (require('once').used) throw new Error('twice'); function handler() {}",
                   .dependencies = {{.name = "once", .source = "exports.used = Math.random() < 0"}}});
  EXPECT_EQ(harness.Run().outcome, Outcome::kReturned);
  EXPECT_TRUE(harness.engine().Prepare());
}

// --- Memory

TEST(V8EngineTest, AHeapThatGrowsBeyondItsLimitIsAMemoryLimit) {
  Harness harness({.source = "function handler(event) { if (event.small) return 1; const kept = []; for (;;) "
                             "kept.push({ a: [1, 2, 3] }) }",
                   .memory_limit_mib = 32});
  const RunReply reply = harness.Run();
  EXPECT_EQ(reply.outcome, Outcome::kMemoryLimit);
  EXPECT_EQ(reply.error.message, "the function reached its memory limit of 32 MiB");
  EXPECT_EQ(harness.Run(R"({"small":true})").result, "1");
  EXPECT_EQ(harness.Run().outcome, Outcome::kMemoryLimit);
  EXPECT_EQ(harness.Run(R"({"small":true})").result, "1");
}

TEST(V8EngineTest, AGuestCannotCatchTheHeapsLimit) {
  const RunReply reply = Call(
      {.source =
           "async function handler() { const kept = []; try { for (;;) kept.push([1, 2, 3, 4]) } catch { return 1 }"
           "finally { return 2 } }",
       .memory_limit_mib = 32});
  EXPECT_EQ(reply.outcome, Outcome::kMemoryLimit);
}

TEST(V8EngineTest, ATopLevelThatGrowsBeyondTheLimitIsAMemoryLimit) {
  EXPECT_EQ(Load({.source = "const kept = []; for (;;) kept.push({})", .memory_limit_mib = 32}).outcome,
            Outcome::kMemoryLimit);
}

TEST(V8EngineTest, ArrayBuffersBeyondTheLimitAreAMemoryLimitUnlessCaught) {
  const RunReply thrown =
      Call({.source = "function handler() { return new Uint8Array(33 << 20).length }", .memory_limit_mib = 32});
  EXPECT_EQ(thrown.outcome, Outcome::kMemoryLimit);
  EXPECT_EQ(thrown.error.type, "RangeError");
  EXPECT_EQ(thrown.error.message, "Array buffer allocation failed");
  const RunReply caught =
      Call({.source = "function handler() { try { new ArrayBuffer(33 << 20) } catch (e) { return e.message } }",
            .memory_limit_mib = 32});
  EXPECT_EQ(caught.result, R"("Array buffer allocation failed")");
  const RunReply many =
      Call({.source = "function handler() { const kept = []; for (;;) kept.push(new Uint8Array(1 << 20)) }",
            .memory_limit_mib = 32});
  EXPECT_EQ(many.outcome, Outcome::kMemoryLimit);
}

TEST(V8EngineTest, ArrayBuffersThatAreGarbageMakeRoom) {
  Harness harness(
      {.source = "function handler() { for (let i = 0; i < 100; ++i) new Uint8Array(8 << 20)[0] = 1; return 1 }",
       .memory_limit_mib = 32});
  EXPECT_EQ(harness.Run().result, "1");
  EXPECT_EQ(harness.Run().result, "1");
}

TEST(V8EngineTest, OneHugeArrayEndsTheProcessWithItsReason) {
  EXPECT_EXIT(Call({.source = "function handler() { return new Array(1e8).fill(0).map((x) => ({ x })).length }",
                    .memory_limit_mib = 32}),
              ::testing::ExitedWithCode(90), "");
}

TEST(V8EngineTest, ThousandsOfCallsDoNotUseUpTheHeap) {
  Harness harness(
      {.source = "const big = new Array(1000).fill({}); function handler() { return new Map([[1, big]]).size }",
       .memory_limit_mib = 32});
  for (int i = 0; i < 500; ++i) ASSERT_EQ(harness.Run().result, "1");
}

}  // namespace
}  // namespace mayfly::runtime::js
