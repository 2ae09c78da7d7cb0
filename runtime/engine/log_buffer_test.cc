#include "runtime/engine/log_buffer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/limits.h"

namespace mayfly::runtime {
namespace {

using ::testing::ElementsAre;

std::vector<std::string> Texts(const Logs& logs) {
  std::vector<std::string> texts;
  for (const LogEntry& entry : logs.entries) texts.push_back(entry.text);
  return texts;
}

TEST(LogBufferTest, SplitsLinesAndDropsTheLastEnd) {
  LogBuffer logs;
  logs.Begin();
  logs.Append(LogLevel::kInfo, "a\n\nb\n");
  logs.Append(LogLevel::kError, "");
  EXPECT_THAT(Texts(logs.Take()), ElementsAre("a", "", "b", ""));
}

TEST(LogBufferTest, CutsTheEntryThatDoesNotFitAtACharacter) {
  LogBuffer logs;
  logs.Begin();
  logs.Append(LogLevel::kInfo, std::string(kLogBytesMax - 1, 'x'));
  logs.Append(LogLevel::kInfo, "aé");
  logs.Append(LogLevel::kInfo, "dropped");
  const Logs taken = logs.Take();
  ASSERT_EQ(taken.entries.size(), 2u);
  EXPECT_EQ(taken.entries[1].text, "a");
  EXPECT_TRUE(taken.truncated);
}

TEST(LogBufferTest, KeepsAtMostTheNamedNumberOfEntries) {
  LogBuffer logs;
  logs.Begin();
  for (size_t i = 0; i < kLogEntriesMax; ++i) logs.Append(LogLevel::kInfo, "");
  logs.Append(LogLevel::kInfo, "one more");
  const Logs taken = logs.Take();
  EXPECT_EQ(taken.entries.size(), kLogEntriesMax);
  EXPECT_TRUE(taken.truncated);
}

TEST(LogBufferTest, TakeLeavesItEmpty) {
  LogBuffer logs;
  logs.Begin();
  logs.Append(LogLevel::kWarn, "once");
  EXPECT_EQ(logs.Take().entries.size(), 1u);
  EXPECT_EQ(logs.Take().entries.size(), 0u);
}

}  // namespace
}  // namespace mayfly::runtime
