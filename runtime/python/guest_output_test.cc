// What a function writes: the output part of bootstrap.py, through the engine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "runtime/python/engine_test_util.h"

namespace mayfly::runtime {
namespace {

using ::testing::ElementsAre;

TEST(GuestOutputTest, BothStreamsBecomeEntriesOfTheirLevel) {
  TestFunction function(R"(
import sys
print("loaded", end="")
def handler(event):
    print("a", end="")
    print("b", flush=True)
    print("oops", file=sys.stderr)
    sys.stdout.buffer.write(b"raw \xff\n")
    sys.__stdout__.write("\ud800 no end")
)");
  EXPECT_THAT(Describe(function.load().logs), ElementsAre("INFO loaded"));
  const RunReply reply = function.Run();
  EXPECT_EQ(reply.result, "null");
  EXPECT_THAT(Describe(reply.logs), ElementsAre("INFO ab", "ERROR oops", "INFO raw \uFFFD", "INFO \\ud800 no end"));
}

TEST(GuestOutputTest, AStreamOfTheFunctionsOwnIsFlushedAtTheCallsEnd) {
  TestFunction function(R"(
import io, sys
sys.stdout = io.TextIOWrapper(sys.stdout.buffer, encoding="latin-1")
def handler(event):
    print("held back")
    raise ValueError
)");
  EXPECT_THAT(Describe(function.Run().logs), ElementsAre("INFO held back"));
}

TEST(GuestOutputTest, LoggingRecordsKeepTheirLevelFromInfoOn) {
  TestFunction function(R"(
import logging
log = logging.getLogger("app")
def handler(event):
    log.debug("hidden")
    log.info("started")
    log.warning("careful\nsecond line")
    log.error("failed")
    logging.critical("worst")
    logging.info("of the root")
)");
  EXPECT_THAT(Describe(function.Run().logs), ElementsAre("INFO started", "WARN careful", "WARN second line",
                                                         "ERROR failed", "ERROR worst", "INFO of the root"));
}

TEST(GuestOutputTest, LoggingHeedsTheFunctionsOwnConfiguration) {
  TestFunction function(R"(
import logging, sys
logging.basicConfig(level=logging.DEBUG, format="%(name)s %(message)s", stream=sys.stdout)
def handler(event):
    logging.getLogger("app").debug("shown")
    logging.getLogger("app").error("too")
    print("plain")
)");
  EXPECT_THAT(Describe(function.Run().logs), ElementsAre("DEBUG app shown", "ERROR app too", "INFO plain"));
}

TEST(GuestOutputTest, WarningsAreWarnings) {
  TestFunction function("import warnings\npattern = '\\d'\ndef handler(event):\n    warnings.warn('old')\n");
  EXPECT_THAT(
      Describe(function.load().logs),
      ElementsAre(R"(WARN f.py:2: SyntaxWarning: "\d" is an invalid escape sequence. Such sequences will not work )"
                  R"(in the future. Did you mean "\\d"? A raw string is also an option.)",
                  "WARN   pattern = '\\d'"));
  EXPECT_THAT(Describe(function.Run().logs),
              ElementsAre("WARN f.py:4: UserWarning: old", "WARN   warnings.warn('old')"));
}

TEST(GuestOutputTest, WhatIsWrittenAfterTheCallIsDropped) {
  TestFunction function(R"(
import atexit
class Late:
    def __del__(self): print("finalizer")
late = Late()
atexit.register(print, "atexit")
def handler(event): return "done"
)");
  EXPECT_THAT(Describe(function.Run().logs), ElementsAre());
  EXPECT_THAT(Describe(function.Run().logs), ElementsAre());
}

}  // namespace
}  // namespace mayfly::runtime
