#include "runtime/worker/zygote_arguments.h"

#include <gtest/gtest.h>

#include <string>

namespace mayfly::runtime {
namespace {

TEST(ZygoteArguments, NoneMeanFresh) {
  const absl::StatusOr<ZygoteOptions> options = ParseZygoteArguments(Language::kPython, {});
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->language, Language::kPython);
  EXPECT_EQ(options->rewind, std::nullopt);
  EXPECT_FALSE(options->verify_rewind);
}

TEST(ZygoteArguments, NameTheWayOfRewinding) {
  const char* const arguments[] = {"--rewind=pagemap", "--verify-rewind"};
  const absl::StatusOr<ZygoteOptions> options = ParseZygoteArguments(Language::kJs, arguments);
  ASSERT_TRUE(options.ok());
  EXPECT_EQ(options->rewind, RewindWay::kPagemap);
  EXPECT_TRUE(options->verify_rewind);
}

TEST(ZygoteArguments, SayWhatTheSandboxIsMadeOf) {
  const absl::StatusOr<ZygoteOptions> defaults = ParseZygoteArguments(Language::kJs, {});
  EXPECT_TRUE(defaults->sandbox.landlock);
  EXPECT_FALSE(defaults->sandbox.namespaces);
  const char* const arguments[] = {"--without-landlock", "--namespaces"};
  const absl::StatusOr<ZygoteOptions> options = ParseZygoteArguments(Language::kJs, arguments);
  ASSERT_TRUE(options.ok());
  EXPECT_FALSE(options->sandbox.landlock);
  EXPECT_TRUE(options->sandbox.namespaces);
  EXPECT_EQ(options->rewind, std::nullopt);
}

TEST(ZygoteArguments, OthersAreRefused) {
  for (const char* const argument : {"--rewind=never", "--rewind", "pagemap", "x"}) {
    const char* const arguments[] = {"--rewind=pagemap", argument};
    const absl::Status status = ParseZygoteArguments(Language::kJs, arguments).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_EQ(status.message(), std::string("unknown argument: ") + argument);
  }
}

}  // namespace
}  // namespace mayfly::runtime
