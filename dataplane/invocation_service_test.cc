#include "dataplane/invocation_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "dataplane/invocation_service_fixture.h"
#include "google/rpc/error_details.pb.h"

namespace mayfly::dataplane {
namespace {

using runtime::Outcome;
using ::testing::ElementsAre;

class InvocationServiceTest : public InvocationServiceFixture {};

TEST_F(InvocationServiceTest, GivesTheEventAndReturnsTheResult) {
  auto call = Invoke("hello", R"({"user":{"name":"Ada"}})");
  workers_.FinishStart(0);
  EXPECT_EQ(workers_[0].load.function_id, "hello");
  EXPECT_EQ(workers_[0].load.source, kTestSource);
  EXPECT_EQ(workers_[0].memory_limit_bytes, 128 << 20);
  workers_.FinishLoad(0);
  EXPECT_EQ(workers_[0].run.event, R"({"user":{"name":"Ada"}})");
  EXPECT_EQ(workers_[0].run.time_left, absl::Seconds(5));
  workers_.FinishRun(0, runtime::RunReply{.result = "\"Ada\""});
  EXPECT_EQ(*call->status, absl::OkStatus());
  EXPECT_EQ(call->response.result(), "\"Ada\"");
}

TEST_F(InvocationServiceTest, ACallIsCountedWhenItEnds) {
  auto call = Invoke("hello");
  workers_.FinishStartAndLoad(0);
  EXPECT_EQ(service_.stats().calls[0][0][0], 0u);
  workers_.FinishRun(0, runtime::RunReply{.result = "1"});
  EXPECT_EQ(service_.stats().calls[0][0][0], 1u);
  EXPECT_EQ(service_.stats().starts[0][0].cold, 1u);
  Run("function handler() {}");
  workers_.FinishStartAndLoad(1);
  workers_.FinishRun(1, runtime::RunReply{.result = "1"});
  EXPECT_EQ(service_.stats().calls[1][0][0], 1u);
}

TEST_F(InvocationServiceTest, NoEventIsAnEmptyObject) {
  auto call = Invoke("hello");
  workers_.FinishStartAndLoad(0);
  EXPECT_EQ(workers_[0].run.event, "{}");
}

TEST_F(InvocationServiceTest, TheReceiptOfAColdCallIsTrue) {
  auto call = Invoke("namespaces/default/functions/hello");
  time_.Advance(absl::Milliseconds(4));
  workers_.FinishStart(0);
  time_.Advance(absl::Milliseconds(3));
  workers_.FinishLoad(0, runtime::LoadReply{.logs = {.entries = {{.text = "loaded"}}}},
                      {.cpu_time = absl::Milliseconds(2), .peak_memory_kib = 1000});
  time_.Advance(absl::Microseconds(1500));
  workers_.FinishRun(
      0,
      runtime::RunReply{.result = "1",
                        .logs = {.entries = {{.level = runtime::LogLevel::kWarn, .text = "ran"}}, .truncated = true},
                        .times = {.handler = absl::Microseconds(700)}},
      {.cpu_time = absl::Microseconds(1200), .peak_memory_kib = 2000});
  const v1::Receipt& receipt = call->response.receipt();
  EXPECT_EQ(receipt.invocation_id().size(), 36u);
  EXPECT_EQ(receipt.invocation_id(), workers_[0].run.invocation_id);
  EXPECT_EQ(receipt.name(), "namespaces/default/functions/hello");
  EXPECT_EQ(receipt.revision(), 1);
  EXPECT_EQ(receipt.start(), v1::COLD);
  EXPECT_EQ(receipt.isolation(), v1::FRESH);
  EXPECT_EQ(receipt.queue_time().nanos(), 0);
  EXPECT_EQ(receipt.load_time().nanos(), 7'000'000);
  EXPECT_EQ(receipt.run_time().nanos(), 1'500'000);
  EXPECT_EQ(receipt.total_time().nanos(), 8'500'000);
  EXPECT_EQ(receipt.cpu_time().nanos(), 1'200'000);
  EXPECT_EQ(receipt.peak_memory_kib(), 2000);
  EXPECT_EQ(receipt.engine_times().handler().nanos(), 700'000);
  ASSERT_EQ(receipt.logs_size(), 2);
  EXPECT_EQ(receipt.logs(0).text(), "loaded");
  EXPECT_EQ(receipt.logs(1).text(), "ran");
  EXPECT_EQ(receipt.logs(1).level(), v1::LogEntry::WARN);
  EXPECT_TRUE(receipt.logs_truncated());
}

TEST_F(InvocationServiceTest, TheNextCallIsWarmAndItsReceiptSaysSo) {
  Invoke("hello");
  workers_.FinishStartAndLoad(0);
  workers_.FinishRunAndPrepare(0);
  auto call = Invoke("hello");
  time_.Advance(absl::Microseconds(250));
  workers_.FinishRun(0, runtime::RunReply{.result = "2"},
                     {.cpu_time = absl::Microseconds(123), .peak_memory_kib = 456});
  EXPECT_EQ(workers_.size(), 1u);
  EXPECT_EQ(call->response.receipt().start(), v1::WARM);
  EXPECT_EQ(call->response.receipt().load_time().nanos(), 0);
  EXPECT_EQ(call->metadata("mayfly-invocation-id"), call->response.receipt().invocation_id());
  EXPECT_EQ(call->metadata("mayfly-revision"), "1");
  EXPECT_EQ(call->metadata("mayfly-start"), "warm");
  EXPECT_EQ(call->metadata("mayfly-isolation"), "fresh");
  EXPECT_EQ(call->metadata("server-timing"), "queue;dur=0.000, load;dur=0.000, run;dur=0.250, total;dur=0.250");
  EXPECT_EQ(call->metadata("mayfly-cpu-micros"), "123");
  EXPECT_EQ(call->metadata("mayfly-peak-memory-kib"), "456");
}

TEST_F(InvocationServiceTest, ACallThatWaitsForTheWorkerCountsItsQueueTime) {
  Invoke("hello");
  workers_.FinishStartAndLoad(0);
  workers_.FinishRun(0, runtime::RunReply{.result = "1"});
  auto call = Invoke("hello");  // the worker is being made pristine
  time_.Advance(absl::Milliseconds(6));
  workers_.FinishPrepare(0);
  workers_.FinishRun(0, runtime::RunReply{.result = "2"});
  EXPECT_EQ(workers_.size(), 1u);
  EXPECT_EQ(call->response.receipt().start(), v1::WARM);
  EXPECT_EQ(call->response.receipt().queue_time().nanos(), 6'000'000);
  EXPECT_EQ(call->response.receipt().total_time().nanos(), 6'000'000);
}

TEST_F(InvocationServiceTest, AThrowCostsNoWorker) {
  InvokeWith(Reply(Outcome::kThrew, "Error", "x"));
  workers_.FinishPrepare(0);
  auto call = Invoke("hello");
  workers_.FinishRun(0, runtime::RunReply{.result = "2"});
  EXPECT_EQ(*call->status, absl::OkStatus());
  EXPECT_EQ(workers_.size(), 1u);
}

TEST_F(InvocationServiceTest, RunReturnsTheResultAndThrowsItsWorkerAway) {
  auto call = Run("function handler() { return 1; }", "[1]");
  workers_.FinishStartAndLoad(0);
  EXPECT_EQ(workers_[0].run.event, "[1]");
  workers_.FinishRun(0, runtime::RunReply{.result = "1"});
  EXPECT_EQ(*call->status, absl::OkStatus());
  EXPECT_EQ(call->response.result(), "1");
  EXPECT_EQ(call->response.receipt().name(), "");
  EXPECT_EQ(call->response.receipt().revision(), 0);
  EXPECT_EQ(call->response.receipt().start(), v1::COLD);
  EXPECT_EQ(call->metadata("mayfly-revision"), "(absent)");
  EXPECT_FALSE(workers_[0].alive);
  EXPECT_EQ(pool_.stats().workers, 0);
}

TEST_F(InvocationServiceTest, ACheckLoadsAndRunsNothing) {
  auto call = Check("def handler(event): pass");
  EXPECT_EQ(workers_[0].language, runtime::Language::kPython);
  time_.Advance(absl::Milliseconds(9));
  workers_.FinishStart(0);
  EXPECT_EQ(workers_[0].load.function_id, "checked");
  workers_.FinishLoad(0, runtime::LoadReply(), {.cpu_time = absl::Milliseconds(5), .peak_memory_kib = 77});
  EXPECT_EQ(*call->status, absl::OkStatus());
  EXPECT_EQ(call->response.receipt().load_time().nanos(), 9'000'000);
  EXPECT_EQ(call->response.receipt().run_time().nanos(), 0);
  EXPECT_EQ(call->response.receipt().cpu_time().nanos(), 5'000'000);
  EXPECT_EQ(call->response.receipt().peak_memory_kib(), 77);
  EXPECT_FALSE(workers_[0].alive);
}

TEST_F(InvocationServiceTest, ACheckHasTheDefaultTimeoutAtLeast) {
  auto call = Check("while True: pass", 1);
  workers_.FinishStart(0);
  time_.Advance(absl::Milliseconds(4999));
  EXPECT_FALSE(call->status.has_value());
  time_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(call->code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(call->reason(), "FUNCTION_TIMEOUT");
  EXPECT_FALSE(workers_[0].alive);
}

TEST_F(InvocationServiceTest, TheCallersDeadlineCountsWhenItIsShorter) {
  auto call = Invoke("hello", "", 0, absl::Milliseconds(100));
  workers_.FinishStartAndLoad(0);
  EXPECT_EQ(workers_[0].run.time_left, absl::Milliseconds(100));
  time_.Advance(absl::Milliseconds(100));
  EXPECT_EQ(workers_[0].kills, 1);
}

TEST_F(InvocationServiceTest, ACancelledCallInTheQueueIsDropped) {
  auto call = Invoke("hello");
  call->server_call->Cancel();
  EXPECT_EQ(call->code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(call->reason(), "CANCELLED");
  workers_.FinishStartAndLoad(0);
  EXPECT_EQ(pool_.stats().idle, 1);
  EXPECT_EQ(time_.scheduled(), 0u);
}

TEST_F(InvocationServiceTest, ACancelledCallThatRunsIsKilled) {
  auto call = Invoke("hello");
  workers_.FinishStartAndLoad(0);
  call->server_call->Cancel();
  EXPECT_EQ(workers_[0].kills, 1);
  workers_.FinishRun(0, absl::CancelledError());
  EXPECT_EQ(call->code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(call->reason(), "CANCELLED");
  EXPECT_EQ(pool_.stats().workers, 0);
  EXPECT_EQ(time_.scheduled(), 0u);
}

TEST_F(InvocationServiceTest, ACallCancelledBeforeItBeginsRunsNothing) {
  v1::InvokeRequest request;
  request.set_name("hello");
  v1::InvokeResponse response;
  auto server_call = std::make_shared<ServerCall>(absl::InfiniteFuture(), Metadata());
  server_call->Cancel();
  int answers = 0;
  methods_.Find("mayfly.v1.InvocationService.Invoke")->unary(server_call, request, response, [&](absl::Status status) {
    ++answers;
    EXPECT_EQ(status.code(), absl::StatusCode::kCancelled);
  });
  EXPECT_EQ(answers, 1);
  EXPECT_EQ(workers_.size(), 0u);
}

TEST_F(InvocationServiceTest, ANewRevisionIsCalledNextAndTheOldOneStillByItsNumber) {
  Invoke("hello");
  workers_.FinishStartAndLoad(0);
  workers_.FinishRunAndPrepare(0);
  Tell(v1::WatchFunctionsResponse::PUT, MakeTestFunction("hello", 2, "new"));
  EXPECT_FALSE(workers_[0].alive);
  auto latest = Invoke("hello");
  workers_.FinishStartAndLoad(1);
  EXPECT_EQ(workers_[1].load.source, "new");
  workers_.FinishRunAndPrepare(1);
  EXPECT_EQ(latest->response.receipt().revision(), 2);
  auto old = Invoke("hello", "", 1);
  workers_.FinishStartAndLoad(2);
  EXPECT_EQ(workers_[2].load.source, kTestSource);
  workers_.FinishRunAndPrepare(2);
  EXPECT_EQ(old->response.receipt().revision(), 1);
  EXPECT_EQ(source_.gets, 0);
}

TEST_F(InvocationServiceTest, ARevisionThatIsNotHereIsFetchedOnce) {
  Tell(v1::WatchFunctionsResponse::PUT, MakeTestFunction("hello", 9, "new"));
  source_.functions[4] = MakeTestFunction("hello", 4, "four");
  auto call = Invoke("hello", "", 4);
  workers_.FinishStartAndLoad(0);
  EXPECT_EQ(workers_[0].load.source, "four");
  workers_.FinishRunAndPrepare(0);
  Invoke("hello", "", 4);
  EXPECT_EQ(source_.gets, 1);
  auto none = Invoke("hello", "", 5);
  EXPECT_EQ(none->code(), absl::StatusCode::kNotFound);
}

TEST_F(InvocationServiceTest, AWorkerIsToldOfTheManifestsWarmUpEvents) {
  v1::Function function = MakeTestFunction("warm");
  function.mutable_manifest()->add_warmup_events("[1]");
  function.mutable_manifest()->add_warmup_events("null");
  Tell(v1::WatchFunctionsResponse::PUT, function);
  Invoke("warm");
  workers_.FinishStart(0);
  EXPECT_THAT(workers_[0].load.warmup_events, ElementsAre("[1]", "null"));

  v1::RunRequest request;
  request.set_language_id("js");
  request.set_source("1");
  request.add_warmup_events("2");
  Send<v1::RunRequest, v1::RunResponse>("Run", request);
  workers_.FinishStart(1);
  EXPECT_THAT(workers_[1].load.warmup_events, ElementsAre("2"));
}

TEST_F(InvocationServiceTest, ADrainLetsCallsInFlightFinishAndRefusesNewOnes) {
  auto call = Invoke("hello");
  workers_.FinishStartAndLoad(0);
  int drained = 0;
  service_.Drain([&] { ++drained; });
  auto late = Invoke("hello");
  EXPECT_EQ(late->code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(late->reason(), "SHUTTING_DOWN");
  EXPECT_EQ(late->detail<google::rpc::RetryInfo>()->retry_delay().seconds(), 1);
  EXPECT_EQ(drained, 0);
  EXPECT_EQ(service_.calls_in_flight(), 1u);
  workers_.FinishRun(0, runtime::RunReply{.result = "1"});
  EXPECT_EQ(*call->status, absl::OkStatus());
  EXPECT_EQ(drained, 1);
}

TEST_F(InvocationServiceTest, ADrainOfNothingIsDoneAtOnce) {
  int drained = 0;
  service_.Drain([&] { ++drained; });
  EXPECT_EQ(drained, 1);
}

}  // namespace
}  // namespace mayfly::dataplane
