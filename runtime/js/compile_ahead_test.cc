#include "runtime/js/compile_ahead.h"

#include <gtest/gtest.h>

#include <string>

#include "runtime/js/testing/engine_harness.h"

namespace mayfly::runtime::js {
namespace {

using testing::Harness;
using testing::TestFunction;

// What a call says after the functions in reach were compiled.
std::string RunAfterCompiling(TestFunction function) {
  Harness harness(std::move(function));
  EXPECT_EQ(harness.loaded().outcome, Outcome::kReturned) << harness.loaded().error.stack;
  harness.engine().BeforeCheckpoint();
  harness.engine().AfterCheckpoint();
  const RunReply reply = harness.Run();
  return reply.outcome == Outcome::kReturned ? reply.result : reply.error.stack;
}

TEST(CompileAheadTest, RunsNothingOfAScript) {
  EXPECT_EQ(RunAfterCompiling({.source = "let runs = 0; function helper(a = ++runs) { ++runs }"
                                         "async function later(a = ++runs) { ++runs } function* many() { ++runs }"
                                         "exports.helper = () => ++runs; exports.bound = helper.bind(null);"
                                         "exports.push = Array.prototype.push.bind([runs]);"
                                         "class Thing { constructor() { ++runs } } exports.Thing = Thing;"
                                         "function handler() { return ++runs }"}),
            "1");
}

TEST(CompileAheadTest, RunsNothingOfAModule) {
  EXPECT_EQ(RunAfterCompiling({.source = "let runs = 0; export function helper() { ++runs }"
                                         "export const handler = async () => ++runs",
                               .kind = SourceKind::kJsModule}),
            "1");
}

TEST(CompileAheadTest, RunsNothingOfAFunctionThatIsOptimized) {
  EXPECT_EQ(RunAfterCompiling({.source = "let runs = 0; function hot() { return ++runs }"
                                         "for (let i = 0; i < 1e6; ++i) hot(); runs = 0;"
                                         "function handler() { return hot() }"}),
            "1");
}

TEST(CompileAheadTest, RunsNoGettersAndNoTraps) {
  EXPECT_EQ(RunAfterCompiling({.source = "let runs = 0; const traps = new Proxy({}, { get() { ++runs } });"
                                         "exports.trapped = new Proxy(() => ++runs, traps);"
                                         "Object.defineProperty(exports, 'read', { get() { ++runs } });"
                                         "Object.defineProperty(globalThis, 'global', { get() { ++runs } });"
                                         "function handler() { return ++runs }"}),
            "1");
  EXPECT_EQ(RunAfterCompiling({.source = "let runs = 0; function handler() { return ++runs }"
                                         "module.exports = new Proxy({}, { ownKeys() { ++runs; return [] },"
                                         "getOwnPropertyDescriptor() { ++runs } })"}),
            "1");
}

TEST(CompileAheadTest, KeepsTheNamesThatAreInferred) {
  Harness harness({.source = "exports.handler = () => { throw new Error('no') }"});
  harness.engine().BeforeCheckpoint();
  EXPECT_EQ(testing::Frames(harness.Run().error), std::vector<std::string>{"exports.handler (my-func.js:1:33)"});
}

}  // namespace
}  // namespace mayfly::runtime::js
