#include "dataplane/receipt.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>

#include "base/call.h"
#include "dataplane/function_revision.h"
#include "dataplane/test_functions.h"
#include "mayfly/v1/invocation.pb.h"

namespace mayfly::dataplane {
namespace {

using ::testing::ElementsAre;
using ::testing::IsSupersetOf;
using ::testing::Pair;

const Isolation kFresh = {.rewind = std::nullopt, .reason = "chosen"};
const Isolation kRewind = {.rewind = runtime::RewindWay::kPagemapScan, .reason = "works here"};

CallReport WholeReport() {
  CallReport report;
  report.invocation_id = "id";
  report.function = MakeTestRevision("hello", 3);
  report.start = WorkerStart::kCold;
  report.queue_time = absl::Microseconds(1500);
  report.load_time = absl::Milliseconds(20);
  report.run_time = absl::Seconds(2) + absl::Nanoseconds(5);
  report.total_time = absl::Seconds(3);
  report.usage = {.cpu_time = absl::Microseconds(1999), .peak_memory_kib = 4096};
  report.engine_times = {
      .parse = absl::Nanoseconds(1), .handler = absl::Nanoseconds(2), .serialize = absl::Nanoseconds(3)};
  report.logs.entries.push_back({.level = runtime::LogLevel::kError, .text = "line", .offset = absl::Milliseconds(7)});
  return report;
}

TEST(ReceiptTest, HoldsAllOfTheReport) {
  CallReport report = WholeReport();
  v1::Receipt receipt;
  FillReceipt(report, kFresh, receipt);
  EXPECT_EQ(receipt.invocation_id(), "id");
  EXPECT_EQ(receipt.name(), "namespaces/default/functions/hello");
  EXPECT_EQ(receipt.revision(), 3);
  EXPECT_EQ(receipt.start(), v1::COLD);
  EXPECT_EQ(receipt.isolation(), v1::FRESH);
  EXPECT_EQ(receipt.rewind_way(), v1::REWIND_WAY_UNSPECIFIED);
  EXPECT_EQ(receipt.isolation_reason(), "chosen");
  EXPECT_EQ(receipt.queue_time().nanos(), 1'500'000);
  EXPECT_EQ(receipt.load_time().nanos(), 20'000'000);
  EXPECT_EQ(receipt.run_time().seconds(), 2);
  EXPECT_EQ(receipt.run_time().nanos(), 5);
  EXPECT_EQ(receipt.total_time().seconds(), 3);
  EXPECT_EQ(receipt.cpu_time().nanos(), 1'999'000);
  EXPECT_EQ(receipt.peak_memory_kib(), 4096);
  EXPECT_EQ(receipt.engine_times().parse().nanos(), 1);
  EXPECT_EQ(receipt.engine_times().handler().nanos(), 2);
  EXPECT_EQ(receipt.engine_times().serialize().nanos(), 3);
  ASSERT_EQ(receipt.logs_size(), 1);
  EXPECT_EQ(receipt.logs(0).level(), v1::LogEntry::ERROR);
  EXPECT_EQ(receipt.logs(0).text(), "line");
  EXPECT_EQ(receipt.logs(0).offset().nanos(), 7'000'000);
  EXPECT_FALSE(receipt.logs_truncated());
}

TEST(ReceiptTest, MetadataSaysTheSame) {
  ServerCall call(absl::InfiniteFuture(), {});
  AddReceiptMetadata(WholeReport(), kFresh, call);
  EXPECT_THAT(
      call.response_metadata(),
      ElementsAre(Pair("mayfly-invocation-id", "id"), Pair("mayfly-revision", "3"), Pair("mayfly-start", "cold"),
                  Pair("mayfly-isolation", "fresh"),
                  Pair("server-timing", "queue;dur=1.500, load;dur=20.000, run;dur=2000.000, total;dur=3000.000"),
                  Pair("mayfly-cpu-micros", "1999"), Pair("mayfly-peak-memory-kib", "4096")));
}

TEST(ReceiptTest, SaysHowTheWorkerWasRewound) {
  CallReport report = WholeReport();
  report.rewind = {.time = absl::Microseconds(12), .pages = 17};
  ServerCall call(absl::InfiniteFuture(), {});
  AddReceiptMetadata(report, kRewind, call);
  EXPECT_THAT(call.response_metadata(),
              IsSupersetOf({Pair("mayfly-isolation", "rewind"),
                            Pair("server-timing",
                                 "queue;dur=1.500, load;dur=20.000, run;dur=2000.000, total;dur=3000.000, "
                                 "rewind;desc=pagemap-scan;dur=0.012")}));
  v1::Receipt receipt;
  FillReceipt(report, kRewind, receipt);
  EXPECT_EQ(receipt.isolation(), v1::REWIND);
  EXPECT_EQ(receipt.rewind_way(), v1::PAGEMAP_SCAN);
  EXPECT_EQ(receipt.isolation_reason(), "works here");
  EXPECT_EQ(receipt.rewind_time().nanos(), 12'000);
  EXPECT_EQ(receipt.rewind_pages(), 17);
}

TEST(ReceiptTest, LeavesOutWhatACallNeverCameToHave) {
  CallReport report;
  report.invocation_id = "id";
  ServerCall call(absl::InfiniteFuture(), {});
  AddReceiptMetadata(report, kFresh, call);
  EXPECT_THAT(call.response_metadata(),
              ElementsAre(Pair("mayfly-invocation-id", "id"), Pair("mayfly-isolation", "fresh"),
                          Pair("server-timing", "queue;dur=0.000, load;dur=0.000, run;dur=0.000, total;dur=0.000"),
                          Pair("mayfly-cpu-micros", "0"), Pair("mayfly-peak-memory-kib", "0")));
  v1::Receipt receipt;
  FillReceipt(report, kFresh, receipt);
  EXPECT_EQ(receipt.name(), "");
  EXPECT_EQ(receipt.start(), v1::WORKER_START_UNSPECIFIED);
}

}  // namespace
}  // namespace mayfly::dataplane
