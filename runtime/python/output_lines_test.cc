#include "runtime/python/output_lines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/limits.h"
#include "runtime/engine/log_buffer.h"

namespace mayfly::runtime {
namespace {

using ::testing::ElementsAre;

class OutputLinesTest : public ::testing::Test {
 protected:
  OutputLinesTest() {
    logs_.Begin();
    lines_.Redirect(&logs_);
  }

  // "level text" of each entry.
  std::vector<std::string> Entries() {
    std::vector<std::string> entries;
    for (const LogEntry& entry : logs_.Take().entries) {
      entries.push_back(std::to_string(static_cast<int>(entry.level)) + " " + entry.text);
    }
    return entries;
  }

  LogBuffer logs_;
  OutputLines lines_;
};

TEST_F(OutputLinesTest, JoinsPiecesIntoLines) {
  lines_.Write(OutputStream::kOut, LogLevel::kInfo, "a");
  lines_.Write(OutputStream::kErr, LogLevel::kError, "x");
  lines_.Write(OutputStream::kOut, LogLevel::kInfo, "b\n\nc");
  EXPECT_THAT(Entries(), ElementsAre("2 ab", "2 "));
  lines_.Flush();
  lines_.Flush();
  EXPECT_THAT(Entries(), ElementsAre("2 c", "4 x"));
}

TEST_F(OutputLinesTest, KeepsAPieceOfAnotherLevelApart) {
  lines_.Write(OutputStream::kErr, LogLevel::kError, "no end");
  lines_.Write(OutputStream::kErr, LogLevel::kWarn, "careful\n");
  EXPECT_THAT(Entries(), ElementsAre("4 no end", "3 careful"));
}

TEST_F(OutputLinesTest, JoinsACharacterThatWasCutAndReplacesWhatIsNone) {
  lines_.Write(OutputStream::kOut, LogLevel::kInfo, "\xE2\x82");
  lines_.Write(OutputStream::kOut, LogLevel::kInfo, "\xAC\xFF\n");
  EXPECT_THAT(Entries(), ElementsAre("2 €\uFFFD"));
}

TEST_F(OutputLinesTest, KeepsNoMoreOfALineThanTheLogTakes) {
  for (int i = 0; i < 5; ++i) {
    lines_.Write(OutputStream::kOut, LogLevel::kInfo, std::string(kLogBytesMax / 2, 'x'));
  }
  lines_.Flush();
  const Logs logs = logs_.Take();
  ASSERT_EQ(logs.entries.size(), 1u);
  EXPECT_EQ(logs.entries[0].text.size(), kLogBytesMax);
  EXPECT_TRUE(logs.truncated);
}

TEST_F(OutputLinesTest, ForgetsWhatWaitsWhenItIsRedirected) {
  lines_.Write(OutputStream::kOut, LogLevel::kInfo, "of the call before");
  lines_.Redirect(nullptr);
  lines_.Write(OutputStream::kOut, LogLevel::kInfo, "dropped\n");
  lines_.Redirect(&logs_);
  lines_.Flush();
  EXPECT_THAT(Entries(), ElementsAre());
}

}  // namespace
}  // namespace mayfly::runtime
