#include "clients/cli/event_argument.h"

#include <gtest/gtest.h>

#include <sstream>

#include "base/error.h"
#include "base/limits.h"
#include "clients/cli/fake_files.h"

namespace mayfly::cli {
namespace {

absl::StatusOr<std::string> Read(const std::string& argument, const std::string& in = "") {
  std::istringstream stream(in);
  return ReadEvent(argument, FakeFiles({{"event.json", "[2]\n"}}), stream);
}

TEST(EventArgumentTest, IsTextAFileOrStandardInput) {
  EXPECT_EQ(Read("").value(), "");
  EXPECT_EQ(Read("{\"a\": 1}").value(), "{\"a\": 1}");
  EXPECT_EQ(Read("@event.json").value(), "[2]\n");
  EXPECT_EQ(Read("-", "3").value(), "3");
}

TEST(EventArgumentTest, MustBeJson) {
  EXPECT_EQ(ErrorReason(Read("{a: 1}").status()), "EVENT_INVALID");
  EXPECT_EQ(ErrorReason(Read("-", "").status()), "EVENT_INVALID");
  EXPECT_EQ(ErrorReason(Read("@none").status()), "EVENT_INVALID");
  EXPECT_EQ(ErrorReason(Read("-", std::string(kEventBytesMax + 1, ' ')).status()), "EVENT_TOO_LARGE");
}

}  // namespace
}  // namespace mayfly::cli
