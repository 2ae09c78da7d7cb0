// The console of the prelude (prelude/console.js), through an engine.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/str_cat.h"
#include "runtime/js/testing/engine_harness.h"

namespace mayfly::runtime::js {
namespace {

using ::testing::ElementsAre;
using ::testing::MatchesRegex;

std::vector<std::string> Print(std::string_view statements) {
  return testing::Lines(testing::CallScript(absl::StrCat("function handler() {", statements, "}")).logs);
}

TEST(ConsoleTest, MethodsHaveTheirLevels) {
  EXPECT_THAT(Print("console.debug('a'); console.log('b'); console.info('c'); console.warn('d'); console.error('e')"),
              ElementsAre("DEBUG a", "INFO b", "INFO c", "WARN d", "ERROR e"));
}

TEST(ConsoleTest, ShowsValuesAsNodeDoes) {
  EXPECT_THAT(Print("console.log('x', 1, -0, true, null, undefined, 1n, Symbol('s'))"),
              ElementsAre("INFO x 1 -0 true null undefined 1n Symbol(s)"));
  EXPECT_THAT(Print("console.log({ a: [1, 'b'], c: new Map([[1, { d: { e: { f: 1 } } }]]) })"),
              ElementsAre("INFO { a: [ 1, 'b' ], c: Map(1) { 1 => { d: [Object] } } }"));
  EXPECT_THAT(Print("console.log(['a'], new Date(0), /x/g, () => 1, class A {}, new Set([1]))"),
              ElementsAre("INFO [ 'a' ] 1970-01-01T00:00:00.000Z /x/g [Function (anonymous)] [class A] Set(1) { 1 }"));
  EXPECT_THAT(Print("const a = {}; a.a = a; console.log(a)"), ElementsAre("INFO <ref *1> { a: [Circular *1] }"));
  EXPECT_THAT(Print("console.log(new URLSearchParams('a=b'), new AbortController().signal)"),
              ElementsAre("INFO URLSearchParams { 'a' => 'b' } AbortSignal { aborted: false }"));
}

TEST(ConsoleTest, FormatsItsFirstArgument) {
  EXPECT_THAT(Print("console.log('%s is %d years and %i, %f, %j %o %% %c', 'Ada', 36, 1.9, 0.5, { a: 1 }, [1], 'css')"),
              ElementsAre("INFO Ada is 36 years and 1, 0.5, {\"a\":1} [ 1, [length]: 1 ] % "));
  EXPECT_THAT(Print("console.log('100%'); console.log('100%', 1); console.log('%s')"),
              ElementsAre("INFO 100%", "INFO 100% 1", "INFO %s"));
}

TEST(ConsoleTest, AnErrorIsShownWithItsStack) {
  EXPECT_THAT(Print("console.error(new TypeError('bad'))"),
              ElementsAre("ERROR TypeError: bad", "ERROR     at handler (my-func.js:1:35)"));
}

TEST(ConsoleTest, SplitsLines) { EXPECT_THAT(Print("console.log('a\\nb')"), ElementsAre("INFO a", "INFO b")); }

TEST(ConsoleTest, GroupsIndent) {
  EXPECT_THAT(Print("console.group('g'); console.log('a\\nb'); console.group(); console.warn('c'); console.groupEnd(); "
                    "console.groupEnd(); "
                    "console.groupEnd(); console.log('d')"),
              ElementsAre("INFO g", "INFO   a", "INFO   b", "WARN     c", "INFO d"));
}

TEST(ConsoleTest, CountsAndAsserts) {
  EXPECT_THAT(Print("console.count(); console.count('x'); console.count(); console.countReset(); console.count(); "
                    "console.countReset('y')"),
              ElementsAre("INFO default: 1", "INFO x: 1", "INFO default: 2", "INFO default: 1",
                          "WARN Count for 'y' does not exist"));
  EXPECT_THAT(
      Print("console.assert(true, 'no'); console.assert(false); console.assert(0, 'why %s', 1); console.assert(false, "
            "{ a: 1 })"),
      ElementsAre("ERROR Assertion failed", "ERROR Assertion failed: why 1", "ERROR Assertion failed { a: 1 }"));
}

TEST(ConsoleTest, Times) {
  EXPECT_THAT(
      Print(
          "console.time('t'); console.time('t'); console.timeLog('t', 1); console.timeEnd('t'); console.timeEnd('t')"),
      ElementsAre("WARN Timer 't' already exists", MatchesRegex("INFO t: [0-9.]+ms 1"),
                  MatchesRegex("INFO t: [0-9.]+ms"), "WARN Timer 't' does not exist"));
}

TEST(ConsoleTest, TracesTheUsersLines) {
  EXPECT_THAT(Print("console.trace('here', 1)"),
              ElementsAre("DEBUG Trace: here 1", "DEBUG     at handler (my-func.js:1:29)"));
}

TEST(ConsoleTest, DrawsTables) {
  EXPECT_THAT(Print("console.table([{ a: 1, b: 'x' }, { a: 2 }])"),
              ElementsAre("INFO ┌─────────┬───┬─────┐", "INFO │ (index) │ a │ b   │", "INFO ├─────────┼───┼─────┤",
                          "INFO │ 0       │ 1 │ 'x' │", "INFO │ 1       │ 2 │     │", "INFO └─────────┴───┴─────┘"));
  EXPECT_THAT(Print("console.table(5)"), ElementsAre("INFO 5"));
}

TEST(ConsoleTest, WorksUnderAGuestThatReplacesBuiltins) {
  EXPECT_THAT(Print("String.prototype.replaceAll = Array.prototype.map = null; console.log('a', 1)"),
              ElementsAre("INFO a 1"));
}

}  // namespace
}  // namespace mayfly::runtime::js
