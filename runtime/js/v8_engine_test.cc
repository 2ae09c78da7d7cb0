#include "runtime/js/v8_engine.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "runtime/js/testing/engine_harness.h"

namespace mayfly::runtime::js {
namespace {

using testing::CallScript;
using testing::Harness;

TEST(V8EngineTest, CallsAGlobalFunctionWithTheEvent) {
  const RunReply reply =
      CallScript("function handler(event) { return { message: `Hello, ${event.name}!` }; }", R"({"name":"Ada"})");
  EXPECT_EQ(reply.error.stack, "");
  EXPECT_EQ(reply.result, R"({"message":"Hello, Ada!"})");
}

}  // namespace
}  // namespace mayfly::runtime::js
