#include "dataplane/call_report.h"

#include <gtest/gtest.h>

#include <string>

#include "base/limits.h"

namespace mayfly::dataplane {
namespace {

runtime::Logs LogsOf(size_t entries, size_t bytes_each) {
  runtime::Logs logs;
  for (size_t i = 0; i < entries; ++i) logs.entries.push_back({.text = std::string(bytes_each, 'x')});
  return logs;
}

TEST(CallReportTest, TheRunsLogsStandBehindTheLoads) {
  runtime::Logs logs = LogsOf(1, 1);
  AppendLogs(logs, LogsOf(2, 2));
  ASSERT_EQ(logs.entries.size(), 3u);
  EXPECT_EQ(logs.entries[0].text, "x");
  EXPECT_EQ(logs.entries[2].text, "xx");
  EXPECT_FALSE(logs.truncated);
}

TEST(CallReportTest, TogetherTheyKeepTheBoundsOfOne) {
  runtime::Logs by_count = LogsOf(kLogEntriesMax - 1, 1);
  AppendLogs(by_count, LogsOf(2, 1));
  EXPECT_EQ(by_count.entries.size(), kLogEntriesMax);
  EXPECT_TRUE(by_count.truncated);
  runtime::Logs by_bytes = LogsOf(1, kLogBytesMax - 1);
  AppendLogs(by_bytes, LogsOf(2, 1));
  EXPECT_EQ(by_bytes.entries.size(), 2u);
  EXPECT_TRUE(by_bytes.truncated);
}

TEST(CallReportTest, NothingFollowsWhatWasCut) {
  runtime::Logs logs = LogsOf(1, 1);
  logs.truncated = true;
  AppendLogs(logs, LogsOf(1, 1));
  EXPECT_EQ(logs.entries.size(), 1u);
  runtime::Logs none;
  none.truncated = true;
  AppendLogs(none, LogsOf(1, 1));
  EXPECT_TRUE(none.entries.empty());
}

TEST(CallReportTest, KeepsThatTheRunsWereCut) {
  runtime::Logs logs = LogsOf(1, 1);
  runtime::Logs more = LogsOf(1, 1);
  more.truncated = true;
  AppendLogs(logs, more);
  EXPECT_TRUE(logs.truncated);
}

TEST(AppendLogsTest, ALowerBoundCutsWhatAWorkerSent) {
  runtime::Logs logs;
  AppendLogs(logs, LogsOf(3, 4), 8);
  EXPECT_EQ(logs.entries.size(), 2u);
  EXPECT_TRUE(logs.truncated);
  runtime::Logs fits;
  AppendLogs(fits, LogsOf(2, 4), 8);
  EXPECT_EQ(fits.entries.size(), 2u);
  EXPECT_FALSE(fits.truncated);
}

}  // namespace
}  // namespace mayfly::dataplane
