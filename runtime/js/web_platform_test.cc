#include <gtest/gtest.h>

#include <fstream>
#include <iterator>
#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "runtime/js/testing/engine_harness.h"

namespace mayfly::runtime::js {
namespace {

std::string Read(std::string_view file) {
  std::ifstream stream(absl::StrCat("runtime/js/testing/web_platform/", file, ".js"));
  return std::string(std::istreambuf_iterator<char>(stream), {});
}

struct Suite {
  const char* file;
  int cases;
};

// Each suite is a file of testing/web_platform, and runs as a function whose result names the cases that fail.
class WebPlatformTest : public ::testing::TestWithParam<Suite> {};

TEST_P(WebPlatformTest, DoesAsTheWebPlatformDefinesIt) {
  const RunReply reply = testing::CallScript(absl::StrCat(Read("harness"), Read(GetParam().file)));
  EXPECT_EQ(reply.result, absl::StrCat("{\"passed\":", GetParam().cases, ",\"failures\":[]}")) << reply.error.stack;
}

INSTANTIATE_TEST_SUITE_P(Globals, WebPlatformTest,
                         ::testing::Values(Suite{"globals", 25}, Suite{"base64", 38}, Suite{"timers", 7},
                                           Suite{"structured_clone", 10}, Suite{"dom_exception", 2},
                                           Suite{"events", 11}, Suite{"abort", 5}, Suite{"encoding", 8},
                                           Suite{"url", 8}, Suite{"crypto", 4}, Suite{"performance", 1},
                                           Suite{"console", 2}),
                         [](const ::testing::TestParamInfo<Suite>& info) { return info.param.file; });

}  // namespace
}  // namespace mayfly::runtime::js
