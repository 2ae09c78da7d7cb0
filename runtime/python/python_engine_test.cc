#include "runtime/python/python_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "runtime/python/engine_test_util.h"

namespace mayfly::runtime {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(PythonEngineTest, CallsTheHandlerWithTheEvent) {
  TestFunction function("def handler(event):\n    return {'message': f\"Hello, {event['name']}!\"}\n");
  EXPECT_EQ(function.Result(R"({"name": "Ada"})"), R"({"message":"Hello, Ada!"})");
}

TEST(PythonEngineTest, EachCallFindsTheModuleAsItWasLoaded) {
  TestFunction function(R"(
import builtins, json, os, sys
count = 0
def handler(event):
    global count
    count += 1
    seen = [count, hasattr(builtins, "planted"), hasattr(json, "planted"), "PLANTED" in os.environ, "planted" in sys.modules]
    builtins.planted = json.planted = 1
    sys.modules["planted"] = json
    os.environ["PLANTED"] = "1"
    return seen
)");
  EXPECT_EQ(function.Result(), "[1,false,false,false,false]");
  EXPECT_EQ(function.Result(), "[1,false,false,false,false]");
}

TEST(PythonEngineTest, CapturesOutputByLevel) {
  TestFunction function(R"(
import sys
print("loaded")
def handler(event):
    print("a", end="")
    print("b")
    print("oops", file=sys.stderr)
    sys.stdout.buffer.write(b"raw \xff")
)");
  EXPECT_THAT(Describe(function.load().logs), ElementsAre("INFO loaded"));
  const RunReply reply = function.Run();
  EXPECT_EQ(reply.result, "null");
  EXPECT_THAT(Describe(reply.logs), ElementsAre("INFO ab", "ERROR oops", "INFO raw \xEF\xBF\xBD"));
}

TEST(PythonEngineTest, ReportsWhatTheHandlerRaises) {
  TestFunction function(
      "def inner(event):\n    return 1 + event['é'] + event[\"x\"]\ndef handler(event):\n    return inner(event)\n");
  const RunReply reply = function.Run(R"({"é": 1})");
  EXPECT_EQ(Describe(reply.outcome, reply.error), "threw KeyError: 'x'");
  EXPECT_THAT(Describe(reply.error.frames), ElementsAre("inner f.py:2:29", "handler f.py:4:12"));
  EXPECT_EQ(reply.error.stack,
            "Traceback (most recent call last):\n"
            "  File \"f.py\", line 4, in handler\n"
            "    return inner(event)\n"
            "  File \"f.py\", line 2, in inner\n"
            "    return 1 + event['é'] + event[\"x\"]\n"
            "                            ~~~~~^^^^^\n"
            "KeyError: 'x'");
}

TEST(PythonEngineTest, AwaitsACoroutine) {
  TestFunction function(R"(
import asyncio
async def double(x):
    await asyncio.sleep(0.001)
    return 2 * x
async def never():
    await asyncio.sleep(3600)
    print("never")
async def handler(event):
    task = asyncio.create_task(never())
    return await asyncio.gather(double(1), double(2))
)");
  const RunReply reply = function.Run();
  EXPECT_EQ(reply.result, "[2,4]");
  EXPECT_THAT(Describe(reply.logs), IsEmpty());
}

}  // namespace
}  // namespace mayfly::runtime
