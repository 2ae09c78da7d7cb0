#include "runtime/python/python_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "runtime/python/engine_test_util.h"

namespace mayfly::runtime {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(PythonEngineTest, CallsTheHandlerWithTheEvent) {
  TestFunction function("def handler(event):\n    return {'message': f\"Hello, {event['name']}!\"}\n");
  EXPECT_EQ(function.Result(R"({"name": "Ada"})"), R"({"message":"Hello, Ada!"})");
}

TEST(PythonEngineTest, CallsTheHandlerOfAnotherName) {
  EXPECT_EQ(TestFunction("def main(event): return event", {}, "main").Result(" [1] \n"), "[1]");
}

TEST(PythonEngineTest, EventAndResultKeepEveryValue) {
  TestFunction echo("def handler(event): return event");
  constexpr char kEvent[] =
      R"([null,true,"\ud800","\udc00x","é😀",123456789012345678901234567890,-0.0,1e+22,{"":{},"__proto__":[]}])";
  EXPECT_EQ(echo.Result(kEvent), kEvent);
  EXPECT_EQ(echo.Result(R"({"a": 1, "a": 2})"), R"({"a":2})");
  EXPECT_EQ(echo.Result("[1e400, -1e400]"), "[null,null]");
}

TEST(PythonEngineTest, TakesIntegersUpToCPythonsLimitAndRefusesTheEventBeyond) {
  TestFunction echo("def handler(event): return event");
  const std::string longest(4300, '9');
  EXPECT_EQ(echo.Result(longest), longest);
  EXPECT_EQ(echo.Result("[" + longest + "9]"),
            "event-invalid ValueError: Python can't hold the event: Exceeds the limit (4300 digits) for integer string "
            "conversion: value has 4301 digits; use sys.set_int_max_str_digits() to increase the limit");
}

TEST(PythonEngineTest, TakesAndReturnsValuesOfTheDepthAllowed) {
  const std::string deepest = std::string(1000, '[') + std::string(1000, ']');
  EXPECT_EQ(TestFunction("def handler(event): return event").Result(deepest), deepest);
  EXPECT_EQ(TestFunction("def handler(event): return [event]").Result(deepest),
            "result-not-serializable ValueError: the result is nested more than 1000 deep");
}

TEST(PythonEngineTest, RefusesAResultThatHoldsItselfOrIsTooLarge) {
  EXPECT_EQ(TestFunction("def handler(event):\n  a = []\n  a.append({'a': a})\n  return a").Result(),
            "result-not-serializable ValueError: the result holds itself (a circular reference)");
  EXPECT_EQ(TestFunction("def handler(event): return ['x' * 1000000] * 100").Result(),
            "result-too-large ValueError: the result is larger than 6291456 bytes of JSON");
}

TEST(PythonEngineTest, ReportsAStrThatRaises) {
  TestFunction function("class A:\n  def __str__(self): raise OSError('no')\ndef handler(event): return A()");
  const RunReply reply = function.Run();
  EXPECT_EQ(Describe(reply.outcome, reply.error), "result-not-serializable OSError: no");
  EXPECT_THAT(Describe(reply.error.frames), ElementsAre("A.__str__ f.py:2:22"));
}

TEST(PythonEngineTest, EachCallFindsTheModuleAsItWasLoaded) {
  TestFunction function(R"(
import builtins, dep, json, os, sys, time
count = 0
def handler(event):
    global count
    count += 1
    seen = [count, hasattr(builtins, "planted"), hasattr(json, "planted"), hasattr(dep, "planted"),
            "PLANTED" in os.environ, "planted" in sys.modules, time.tzname[0], len(sys.path)]
    builtins.planted = json.planted = dep.planted = 1
    sys.modules["planted"] = json
    os.environ.update(PLANTED="1", TZ="XYZ-5")
    time.tzset()
    sys.path.append("/planted")
    json.loads = builtins.str = builtins.type = builtins.hasattr = None
    return seen
)",
                        {{"dep", ""}});
  EXPECT_EQ(function.Result(), R"([1,false,false,false,false,false,"UTC",0])");
  EXPECT_EQ(function.Result(), R"([1,false,false,false,false,false,"UTC",0])");
}

TEST(PythonEngineTest, DescriptorsOfACallAreClosedAfterIt) {
  TestFunction function(R"(
import os
def handler(event):
    first = os.pipe()[0]
    os.pipe()
    return first
)");
  const std::string first = function.Result();
  EXPECT_EQ(function.Result(), first);
}

TEST(PythonEngineTest, AwaitsACoroutine) {
  TestFunction function(R"(
import asyncio
async def double(x):
    await asyncio.sleep(0.001)
    return 2 * x
async def never():
    try:
        await asyncio.sleep(3600)
    finally:
        print("never")
async def handler(event):
    task = asyncio.create_task(never())
    async with asyncio.timeout(60):
        return await asyncio.gather(double(1), double(2))
)");
  for (int call = 0; call < 2; ++call) {
    const RunReply reply = function.Run();
    EXPECT_EQ(reply.result, "[2,4]");
    EXPECT_THAT(Describe(reply.logs), IsEmpty());
  }
}

TEST(PythonEngineTest, WhatIsPendingAtTheEndNeverRunsNotEvenWhenItIsCollected) {
  TestFunction function(R"(
import asyncio, gc
class Collector:
    def __str__(self):
        gc.collect()
        return "collected"
async def never():
    try:
        await asyncio.sleep(3600)
    finally:
        print("never")
async def handler(event):
    asyncio.create_task(never())
    await asyncio.sleep(0)
    return Collector()
)");
  const RunReply reply = function.Run();
  EXPECT_EQ(reply.result, R"("collected")");
  EXPECT_THAT(Describe(reply.logs), IsEmpty());
}

TEST(PythonEngineTest, AwaitsWithoutALoopWhereNothingNamesOne) {
  TestFunction function(R"(
import sys
class Ready:
    def __await__(self):
        return 3
        yield
async def handler(event):
    if event: await Never()
    return [await Ready(), [name for name in sys.modules if name.startswith("async")]]
class Never:
    def __await__(self): yield "something"
)");
  EXPECT_EQ(function.Result(), "[3,[]]");
  EXPECT_EQ(function.Result("1"), "threw RuntimeError: Task got bad yield: 'something'");
}

TEST(PythonEngineTest, AwaitsWhateverAHandlerReturnsThatCanBeAwaited) {
  EXPECT_EQ(TestFunction("async def later(event): return event\ndef handler(event): return later(event)").Result("7"),
            "7");
}

TEST(PythonEngineTest, AHandlerMayRunALoopOfItsOwn) {
  EXPECT_EQ(TestFunction("import asyncio\ndef handler(event): return asyncio.run(asyncio.sleep(0, 'slept'))").Result(),
            R"("slept")");
}

TEST(PythonEngineTest, GivesTheContextToAHandlerThatAsksForIt) {
  constexpr char kBody[] = " return [context.invocation_id, 0 < context.get_remaining_time_in_millis() <= 5000]";
  const std::string expected = R"(["call-1",true])";
  EXPECT_EQ(TestFunction(std::string("def handler(event, context):") + kBody).Result(), expected);
  EXPECT_EQ(TestFunction(std::string("def handler(event, context=None):") + kBody).Result(), expected);
  EXPECT_EQ(TestFunction(std::string("async def handler(event, context):") + kBody).Result(), expected);
  EXPECT_EQ(
      TestFunction(std::string("class A:\n def __call__(self, event, context):") + kBody + "\nhandler = A()").Result(),
      expected);
  EXPECT_EQ(TestFunction(std::string("import functools\ndef wrap(f):\n @functools.wraps(f)\n def inner(*args): return "
                                     "f(*args)\n return inner\n@wrap\ndef handler(event, context):") +
                         kBody)
                .Result(),
            expected);
}

TEST(PythonEngineTest, GivesNoContextToAHandlerThatDoesNotAsk) {
  EXPECT_EQ(TestFunction("def handler(event, cache={}): return cache").Result(), "{}");
  EXPECT_EQ(TestFunction("def handler(*args): return len(args)").Result(), "1");
  EXPECT_EQ(TestFunction("handler = len").Result("[1,2]"), "2");
  EXPECT_EQ(
      TestFunction("class handler:\n def __init__(self, event): pass\n def __str__(self): return 'made'").Result(),
      R"("made")");
}

TEST(PythonEngineTest, NamesTheFunctionsThatAreThereWhenTheHandlerIsNot) {
  const auto load = [](std::string source) {
    const TestFunction function(std::move(source));
    return Describe(function.load().outcome, function.load().error);
  };
  EXPECT_EQ(load("def main(event): pass\ndef _private(): pass\nfrom json import dumps\nclass C: pass"),
            "handler-not-found AttributeError: no function named 'handler'; the source has main, C");
  EXPECT_EQ(load(""), "handler-not-found AttributeError: no function named 'handler'; the source defines no functions");
  EXPECT_EQ(
      load("handler = {}"),
      "handler-not-found AttributeError: 'handler' is no function but of type 'dict'; the source defines no functions");
}

TEST(PythonEngineTest, PrepareFailsWhenTheSourceNoLongerLoads) {
  // The second load finds a process that has run for a while.
  const std::unique_ptr<Engine> engine = MakeTestEngine();
  LogBuffer logs;
  logs.Begin();
  const LoadRequest request = {
      .function_id = "f",
      .handler = "handler",
      .source =
          "import signal\ndef handler(event): pass\n"
          "if signal.getitimer(signal.ITIMER_VIRTUAL)[0]: raise ValueError\n"
          "signal.setitimer(signal.ITIMER_VIRTUAL, 1000)",
  };
  ASSERT_EQ(engine->Load(request, logs).outcome, Outcome::kReturned);
  EXPECT_FALSE(engine->Prepare());
}

// A guest that counts the calls of its handler.
LoadRequest WarmedUp(std::vector<std::string> events) {
  return {.function_id = "f",
          .handler = "handler",
          .source =
              "seen = []\n"
              "def handler(event):\n"
              "    print(event)\n"
              "    seen.append(event)\n"
              "    if event == 'throw': raise ValueError('no')\n"
              "    return [len(seen), seen[0], seen[-2:-1]]\n",
          .warmup_events = std::move(events)};
}

TEST(PythonEngineTest, EachWarmUpEventRunsTenTimesInOrderBeforeEachCall) {
  TestFunction function(MakeTestEngine(), WarmedUp({"1", "2"}));
  EXPECT_EQ(function.load().outcome, Outcome::kReturned);
  EXPECT_EQ(function.load().logs.entries.size(), 0u);
  EXPECT_EQ(function.Result("3"), "[21,1,[2]]");
  EXPECT_EQ(function.Result("4"), "[21,1,[2]]");
}

TEST(PythonEngineTest, AWarmUpEventThatThrowsFailsTheLoad) {
  const TestFunction function(MakeTestEngine(), WarmedUp({"1", "\"throw\""}));
  EXPECT_EQ(Describe(function.load().outcome, function.load().error), "source-invalid ValueError: warmupEvents[1]: no");
}

TEST(PythonEngineTest, TheMainInterpreterNeedsRewind) {
  const TestFunction function(MakeTestEngine(), {.function_id = "f",
                                                 .handler = "handler",
                                                 .source = "def handler(event): pass",
                                                 .python_interpreter = PythonInterpreter::kMain});
  EXPECT_EQ(
      Describe(function.load().outcome, function.load().error),
      "source-invalid ManifestError: \"pythonInterpreter\": \"main\" needs rewind isolation; this server runs fresh");
}

TEST(PythonEngineTest, AfterTheCheckpointOnlyGeneratorsThatTheFunctionHasNotSeededAreDrawnAnew) {
  const std::unique_ptr<Engine> engine = MakeTestEngine();
  LogBuffer logs;
  logs.Begin();
  const LoadRequest request = {.function_id = "f", .handler = "handler", .source = R"(
import random
fixed, free, was_fixed = random.Random(42), random.Random(), random.Random(1)
was_fixed.seed()
before = [g.getstate() for g in (fixed, free, was_fixed, random._inst)]
def handler(event):
    return [g.getstate() == state for g, state in zip((fixed, free, was_fixed, random._inst), before)]
)"};
  ASSERT_EQ(engine->Load(request, logs).outcome, Outcome::kReturned);
  engine->BeforeCheckpoint();
  engine->AfterCheckpoint();
  EXPECT_EQ(engine->Run({.event = "{}"}, logs).result, "[true,false,false,false]");
}

TEST(PythonEngineTest, AnInterpreterOfTheImageHasImportedWhatAnyOtherHas) {
  constexpr char kModules[] = "import sys\ndef handler(event): return sorted(sys.modules)";
  constexpr char kThrows[] = "def handler(event): return undefined";
  const std::string modules = TestFunction(kModules).Result();
  const std::string stack = TestFunction(kThrows).Run().error.stack;
  const auto settled = [](const char* source) {
    StandingGuest standing = MakeStandingGuest(TestProcess());
    EXPECT_TRUE(standing.guest->Settle());
    return TestFunction(std::make_unique<PythonEngine>(TestProcess(), Isolation::kRewind, std::move(standing)),
                        {.function_id = "f", .handler = "handler", .source = source})
        .Run();
  };
  EXPECT_EQ(settled(kModules).result, modules);
  EXPECT_EQ(settled(kThrows).error.stack, stack);
}

}  // namespace
}  // namespace mayfly::runtime
