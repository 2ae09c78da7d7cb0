#include "dataplane/invocation_counters.h"

#include <gtest/gtest.h>

#include <latch>
#include <memory>
#include <thread>
#include <vector>

#include "base/error.h"
#include "dataplane/function_revision.h"

namespace mayfly::dataplane {
namespace {

using runtime::Language;

CallReport ReportOf(Language language, WorkerStart start) {
  auto function = std::make_shared<FunctionRevision>();
  function->language = language;
  CallReport report;
  report.function = std::move(function);
  report.start = start;
  report.total_time = absl::Milliseconds(3);
  report.queue_time = absl::Microseconds(50);
  report.load_time = absl::Milliseconds(2);
  report.usage.cpu_time = absl::Milliseconds(1);
  return report;
}

absl::Status ErrorOf(const char* reason) { return MakeError(absl::StatusCode::kUnknown, reason, "x"); }

size_t PlaceOf(std::string_view outcome) {
  size_t place = 0;
  while (kCallOutcomes[place] != outcome) ++place;
  return place;
}

uint64_t Sum(const InvocationStats& stats) {
  uint64_t sum = 0;
  for (const auto& by_language : stats.calls) {
    for (const auto& by_outcome : by_language) {
      for (const uint64_t count : by_outcome) sum += count;
    }
  }
  return sum;
}

uint64_t CountOf(const DurationHistogram& histogram) {
  uint64_t count = 0;
  for (const uint64_t one : histogram.counts) count += one;
  return count;
}

TEST(InvocationCountersTest, CountsEachCallInOnePlace) {
  InvocationCounters counters;
  counters.Count(Purpose::kInvoke, absl::OkStatus(), ReportOf(Language::kJs, WorkerStart::kWarm));
  counters.Count(Purpose::kInvoke, ErrorOf(reason::kFunctionThrew), ReportOf(Language::kPython, WorkerStart::kCold));
  counters.Count(Purpose::kRun, ErrorOf(reason::kMemoryLimit), ReportOf(Language::kJs, WorkerStart::kCold));
  counters.Count(Purpose::kInvoke, ErrorOf(reason::kFunctionNotFound), {});
  const InvocationStats stats = counters.stats();
  EXPECT_EQ(stats.calls[0][0][0], 1u);
  EXPECT_EQ(stats.calls[0][1][PlaceOf("FUNCTION_THREW")], 1u);
  EXPECT_EQ(stats.calls[1][0][PlaceOf("MEMORY_LIMIT")], 1u);
  EXPECT_EQ(stats.calls[0][2][PlaceOf("FUNCTION_NOT_FOUND")], 1u);
  EXPECT_EQ(Sum(stats), 4u);
  EXPECT_EQ(stats.starts[0][0].warm, 1u);
  EXPECT_EQ(stats.starts[0][0].cold, 0u);
  EXPECT_EQ(stats.starts[0][1].cold, 1u);
  EXPECT_EQ(stats.starts[1][0].cold, 1u);
}

TEST(InvocationCountersTest, CountsAReasonThatIsNotItsOwnAsInternal) {
  InvocationCounters counters;
  counters.Count(Purpose::kInvoke, ErrorOf("SOMETHING_NEW"), {});
  counters.Count(Purpose::kInvoke, absl::InternalError("without a reason"), {});
  EXPECT_EQ(counters.stats().calls[0][2][PlaceOf("INTERNAL")], 2u);
}

TEST(InvocationCountersTest, MeasuresColdAndWarmCalls) {
  InvocationCounters counters;
  counters.Count(Purpose::kInvoke, absl::OkStatus(), ReportOf(Language::kJs, WorkerStart::kWarm));
  counters.Count(Purpose::kRun, absl::OkStatus(), ReportOf(Language::kJs, WorkerStart::kCold));
  counters.Count(Purpose::kInvoke, absl::OkStatus(), ReportOf(Language::kJs, WorkerStart::kNone));
  const InvocationStats::Times times = counters.stats().times[0];
  EXPECT_EQ(CountOf(times.total), 3u);
  EXPECT_EQ(times.total.sum, absl::Milliseconds(9));
  EXPECT_EQ(times.total.counts[5], 3u);  // at most 5 ms
  EXPECT_EQ(CountOf(times.queue), 3u);
  EXPECT_EQ(times.queue.counts[0], 3u);
  EXPECT_EQ(CountOf(times.load), 1u);
  EXPECT_EQ(times.load.sum, absl::Milliseconds(2));
  EXPECT_EQ(times.cpu, absl::Milliseconds(3));
  EXPECT_EQ(CountOf(counters.stats().times[1].total), 0u);
}

TEST(InvocationCountersTest, LeavesChecksAndCallsOfUnknownFunctionsOutOfTheTimes) {
  InvocationCounters counters;
  counters.Count(Purpose::kCheck, absl::OkStatus(), ReportOf(Language::kJs, WorkerStart::kCold));
  counters.Count(Purpose::kInvoke, ErrorOf(reason::kNameInvalid), {});
  const InvocationStats stats = counters.stats();
  EXPECT_EQ(CountOf(stats.times[0].total), 0u);
  EXPECT_EQ(stats.times[0].cpu, absl::ZeroDuration());
  EXPECT_EQ(stats.starts[2][0].cold, 1u);
  EXPECT_EQ(Sum(stats), 2u);
}

TEST(InvocationCountersTest, LosesNothingBetweenThreads) {
  InvocationCounters counters;
  std::latch all_there(4);
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&counters, &all_there] {
      const CallReport report = ReportOf(Language::kPython, WorkerStart::kWarm);
      all_there.arrive_and_wait();
      for (int call = 0; call < 100'000; ++call) counters.Count(Purpose::kInvoke, absl::OkStatus(), report);
    });
  }
  for (std::thread& thread : threads) thread.join();
  const InvocationStats stats = counters.stats();
  EXPECT_EQ(stats.calls[0][1][0], 400'000u);
  EXPECT_EQ(stats.times[1].total.sum, absl::Seconds(1200));
}

TEST(DurationHistogramTest, ABoundBelongsToItsBucket) {
  DurationHistogram histogram;
  histogram.Add(absl::ZeroDuration());
  histogram.Add(absl::Microseconds(100));
  histogram.Add(absl::Microseconds(100) + absl::Nanoseconds(1));
  histogram.Add(absl::Seconds(300));
  histogram.Add(absl::Seconds(301));
  EXPECT_EQ(histogram.counts.front(), 2u);
  EXPECT_EQ(histogram.counts[1], 1u);
  EXPECT_EQ(histogram.counts[histogram.kBounds.size() - 1], 1u);
  EXPECT_EQ(histogram.counts.back(), 1u);
}

}  // namespace
}  // namespace mayfly::dataplane
