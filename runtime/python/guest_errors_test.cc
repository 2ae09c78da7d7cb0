// What a function's owner is told of errors: error_report.py and failure.cc, through the engine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/limits.h"
#include "runtime/python/engine_test_util.h"

namespace mayfly::runtime {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;

TEST(GuestErrorsTest, ShowsTheStackOfTheFunctionsOwnLines) {
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

TEST(GuestErrorsTest, LeavesOutTheFramesOfTheStandardLibrary) {
  TestFunction function("import dep\ndef handler(event): dep.parse('{')\n",
                        {{"dep", "import json\ndef parse(text):\n    json.loads(text)\n"}});
  const RunReply reply = function.Run();
  EXPECT_EQ(Describe(reply.outcome, reply.error),
            "threw json.decoder.JSONDecodeError: Expecting property name enclosed in double quotes: line 1 column 2 "
            "(char 1)");
  EXPECT_THAT(Describe(reply.error.frames), ElementsAre("parse dep.py:3:5", "handler f.py:2:21"));
  EXPECT_EQ(
      reply.error.stack,
      "Traceback (most recent call last):\n"
      "  File \"f.py\", line 2, in handler\n"
      "    def handler(event): dep.parse('{')\n"
      "                        ~~~~~~~~~^^^^^\n"
      "  File \"dep.py\", line 3, in parse\n"
      "    json.loads(text)\n"
      "    ~~~~~~~~~~^^^^^^\n"
      "json.decoder.JSONDecodeError: Expecting property name enclosed in double quotes: line 1 column 2 (char 1)");
}

TEST(GuestErrorsTest, ShowsCausesAndGroups) {
  TestFunction function(R"(
def handler(event):
    try:
        1 / 0
    except ZeroDivisionError as error:
        raise ExceptionGroup("several", [ValueError("a"), KeyError("b")]) from error
)");
  const RunReply reply = function.Run();
  EXPECT_EQ(Describe(reply.outcome, reply.error), "threw ExceptionGroup: several (2 sub-exceptions)");
  EXPECT_EQ(reply.error.stack,
            "Traceback (most recent call last):\n"
            "  File \"f.py\", line 4, in handler\n"
            "    1 / 0\n"
            "    ~~^~~\n"
            "ZeroDivisionError: division by zero\n"
            "\n"
            "The above exception was the direct cause of the following exception:\n"
            "\n"
            "  + Exception Group Traceback (most recent call last):\n"
            "  |   File \"f.py\", line 6, in handler\n"
            "  |     raise ExceptionGroup(\"several\", [ValueError(\"a\"), KeyError(\"b\")]) from error\n"
            "  | ExceptionGroup: several (2 sub-exceptions)\n"
            "  +-+---------------- 1 ----------------\n"
            "    | ValueError: a\n"
            "    +---------------- 2 ----------------\n"
            "    | KeyError: 'b'\n"
            "    +------------------------------------");
}

TEST(GuestErrorsTest, NamesTheFunctionsOwnClassesBare) {
  EXPECT_EQ(TestFunction("class Broken(Exception): pass\ndef handler(event): raise Broken('x')").Result(),
            "threw Broken: x");
  EXPECT_EQ(
      TestFunction("import dep\ndef handler(event): raise dep.Broken('x')", {{"dep", "class Broken(Exception): pass"}})
          .Result(),
      "threw dep.Broken: x");
}

TEST(GuestErrorsTest, GivesThePlaceOfASyntaxError) {
  const TestFunction function("def handler(event):\n    é = (1,\n    return é\n");
  const LoadReply& load = function.load();
  EXPECT_EQ(Describe(load.outcome, load.error), "source-invalid SyntaxError: '(' was never closed (f.py, line 2)");
  EXPECT_THAT(Describe(load.error.frames), ElementsAre(" f.py:2:9"));
  EXPECT_EQ(load.error.stack,
            "  File \"f.py\", line 2\n"
            "    é = (1,\n"
            "        ^\n"
            "SyntaxError: '(' was never closed");
}

TEST(GuestErrorsTest, GivesThePlaceOfASyntaxErrorInADependencyAndOfItsImport) {
  const TestFunction function("import dep\ndef handler(event): pass", {{"dep", "x = = 1"}});
  const LoadReply& load = function.load();
  EXPECT_EQ(Describe(load.outcome, load.error), "source-invalid SyntaxError: invalid syntax (dep.py, line 1)");
  EXPECT_THAT(Describe(load.error.frames), ElementsAre(" dep.py:1:5", " f.py:1:1"));
}

TEST(GuestErrorsTest, RefusesASourceWithANulOrBytesThatAreNotUtf8) {
  const TestFunction nul(std::string("x = 1\0def handler(event): pass", 30));
  EXPECT_EQ(Describe(nul.load().outcome, nul.load().error),
            "source-invalid SyntaxError: source code string cannot contain null bytes");
}

TEST(GuestErrorsTest, ReportsATopLevelThatRaises) {
  const TestFunction function("print('before')\nraise ValueError('not today')\n");
  const LoadReply& load = function.load();
  EXPECT_EQ(Describe(load.outcome, load.error), "source-invalid ValueError: not today");
  EXPECT_THAT(Describe(load.error.frames), ElementsAre(" f.py:2:1"));
  EXPECT_THAT(Describe(load.logs), ElementsAre("INFO before"));
}

TEST(GuestErrorsTest, ExitsAndInterruptsAreExceptionsOfTheCall) {
  EXPECT_EQ(TestFunction("import sys\ndef handler(event): sys.exit(3)").Result(), "threw SystemExit: 3");
  EXPECT_EQ(TestFunction("def handler(event): exit('bye')").Result(), "threw SystemExit: bye");
  EXPECT_EQ(TestFunction("def handler(event): raise KeyboardInterrupt").Result(), "threw KeyboardInterrupt: ");
  EXPECT_EQ(TestFunction("async def handler(event): raise GeneratorExit").Result(), "threw GeneratorExit: ");
}

TEST(GuestErrorsTest, DeepRecursionIsAnExceptionWithABoundedStack) {
  TestFunction function("def handler(event): return handler(event)");
  const RunReply reply = function.Run();
  EXPECT_EQ(Describe(reply.outcome, reply.error), "threw RecursionError: maximum recursion depth exceeded");
  EXPECT_EQ(reply.error.frames.size(), kStackFramesMax);
  EXPECT_THAT(reply.error.stack, HasSubstr("[Previous line repeated"));
}

TEST(GuestErrorsTest, DeepRecursionThroughNativeCodeIsAnExceptionWhateverTheLimit) {
  EXPECT_THAT(
      TestFunction("import sys\nsys.setrecursionlimit(10**9)\nclass A:\n  def __repr__(self): return repr([self])\n"
                   "def handler(event): return repr(A())")
          .Result(),
      StartsWith("threw RecursionError: "));
}

TEST(GuestErrorsTest, AMemoryErrorThatIsNotCaughtIsTheMemoryLimit) {
  EXPECT_EQ(TestFunction("def handler(event): return bytearray(2**60)").Result(),
            "memory-limit MemoryError: the function needs more memory than its limit");
  EXPECT_EQ(
      TestFunction("def handler(event):\n  try: bytearray(2**60)\n  except MemoryError: return 'caught'").Result(),
      R"("caught")");
  const TestFunction at_load("x = bytearray(2**60)");
  EXPECT_EQ(at_load.load().outcome, Outcome::kMemoryLimit);
}

TEST(GuestErrorsTest, SaysWhatCanBeImported) {
  EXPECT_EQ(TestFunction("import greter\ndef handler(event): pass", {{"greeter", ""}}).Result(),
            "source-invalid ModuleNotFoundError: No module named 'greter' (a function can import its manifest's "
            "dependencies and the standard library; did you mean 'greeter'?)");
  EXPECT_EQ(TestFunction("def handler(event): import tkinter").Result(),
            "threw ModuleNotFoundError: No module named 'tkinter' (this part of the standard library is not there for "
            "functions)");
}

TEST(GuestErrorsTest, CutsLongTextsAtTheirLimits) {
  TestFunction function("def handler(event): raise ValueError('é' * 10**6)");
  const RunReply reply = function.Run();
  EXPECT_EQ(reply.error.message.size(), kErrorTextBytesMax);
  EXPECT_EQ(reply.error.stack.size(), kErrorTextBytesMax);
}

TEST(GuestErrorsTest, AnswersWhateverTheFunctionHasBroken) {
  TestFunction function(R"(
import builtins, sys
class Evil(Exception):
    def __str__(self): raise RuntimeError
def handler(event):
    sys.modules["traceback"] = None
    builtins.__import__ = builtins.isinstance = builtins.str = builtins.type = None
    sys.stdout = sys.stderr = None
    raise Evil
)");
  EXPECT_EQ(function.Result(), "threw Evil: <str() of the exception failed>");
}

TEST(GuestErrorsTest, ReportsWithoutTheTracebackModuleIfNeedBe) {
  TestFunction function(
      "import sys\ndef handler(event):\n    sys.modules['traceback'] = None\n    raise ValueError('x')");
  const RunReply reply = function.Run();
  EXPECT_EQ(Describe(reply.outcome, reply.error), "threw ValueError: x");
  EXPECT_THAT(Describe(reply.error.frames), ElementsAre("handler f.py:4:5"));
  EXPECT_EQ(reply.error.stack, "ValueError: x");
}

TEST(GuestErrorsTest, AnErrorOfOneCallIsNotInTheNext) {
  TestFunction function("def handler(event):\n    if event: raise ValueError\n    return 'well'");
  EXPECT_EQ(function.Result("1"), "threw ValueError: ");
  EXPECT_EQ(function.Result("0"), R"("well")");
}

}  // namespace
}  // namespace mayfly::runtime
