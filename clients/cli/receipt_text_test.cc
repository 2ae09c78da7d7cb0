#include "clients/cli/receipt_text.h"

#include <gtest/gtest.h>

#include <sstream>

namespace mayfly::cli {
namespace {

TEST(ReceiptLineTest, SaysWhatACallCost) {
  v1::Receipt receipt;
  receipt.mutable_queue_time()->set_nanos(120'000);
  receipt.mutable_load_time()->set_nanos(6'200'000);
  receipt.mutable_run_time()->set_seconds(1);
  receipt.mutable_run_time()->set_nanos(300'000);
  receipt.set_start(v1::COLD);
  receipt.set_isolation(v1::FRESH);
  EXPECT_EQ(ReceiptLine(receipt), "queue 0.1 ms · load 6.2 ms (cold) · run 1000.3 ms · fresh");
  receipt.set_start(v1::WARM);
  EXPECT_EQ(ReceiptLine(receipt), "queue 0.1 ms · warm · run 1000.3 ms · fresh");
}

TEST(ReceiptLineTest, SaysWhatTheRewindCost) {
  v1::Receipt receipt;
  receipt.set_start(v1::WARM);
  receipt.set_isolation(v1::REWIND);
  EXPECT_EQ(ReceiptLine(receipt), "queue 0.0 ms · warm · run 0.0 ms · rewind");
  receipt.mutable_rewind_time()->set_nanos(12'345);
  EXPECT_EQ(ReceiptLine(receipt), "queue 0.0 ms · warm · run 0.0 ms · rewind 12.3 µs");
}

TEST(ReceiptLineTest, ACallWithoutAWorkerHasOnlyItsQueue) {
  v1::Receipt receipt;
  receipt.mutable_queue_time()->set_nanos(120'000);
  EXPECT_EQ(ReceiptLine(receipt), "queue 0.1 ms · no worker");
}

TEST(PrintLogsTest, DisarmsAndLabelsEachLine) {
  v1::Receipt receipt;
  v1::LogEntry* entry = receipt.add_logs();
  entry->set_level(v1::LogEntry::INFO);
  entry->set_text("hi\033[2J");
  entry = receipt.add_logs();
  entry->set_level(v1::LogEntry::ERROR);
  entry->set_text("no");
  receipt.set_logs_truncated(true);
  std::ostringstream stream;
  PrintLogs(Screen(stream, Colour::kNever), receipt);
  EXPECT_EQ(stream.str(), " info | hi\uFFFD[2J\nerror | no\n      | (more output was dropped)\n");
}

}  // namespace
}  // namespace mayfly::cli
