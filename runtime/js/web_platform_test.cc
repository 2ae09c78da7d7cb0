#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>

#include "runtime/js/testing/engine_harness.h"

namespace mayfly::runtime::js {
namespace {

// Each case is a function of testing/web_platform_cases.js; its result names those that fail.
TEST(WebPlatformTest, GlobalsDoAsTheWebPlatformDefinesThem) {
  std::ifstream file("runtime/js/testing/web_platform_cases.js");
  const std::string source(std::istreambuf_iterator<char>(file), {});
  const RunReply reply = testing::CallScript(source);
  EXPECT_EQ(reply.result, R"({"passed":120,"failures":[]})") << reply.error.stack;
}

}  // namespace
}  // namespace mayfly::runtime::js
