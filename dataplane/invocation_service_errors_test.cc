// What a caller is told when a call does not return: DESIGN's table of outcomes, row by row.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "base/error.h"
#include "base/limits.h"
#include "dataplane/invocation_service_fixture.h"
#include "google/rpc/error_details.pb.h"

namespace mayfly::dataplane {
namespace {

using runtime::Outcome;
using ::testing::HasSubstr;

class InvocationServiceErrorsTest : public InvocationServiceFixture {};

TEST_F(InvocationServiceErrorsTest, AThrowIsUnknownWithItsPlaceAndCodeFrame) {
  auto call = InvokeWith(Reply(Outcome::kThrew, "TypeError", "Cannot read properties of undefined (reading 'name')"));
  EXPECT_EQ(call->code(), absl::StatusCode::kUnknown);
  EXPECT_EQ(call->reason(), "FUNCTION_THREW");
  EXPECT_EQ(call->status->message(), "TypeError: Cannot read properties of undefined (reading 'name') (hello.js:2:21)");
  const auto error = call->detail<v1::FunctionError>();
  EXPECT_EQ(error->type(), "TypeError");
  EXPECT_EQ(error->stack(), "the stack");
  EXPECT_EQ(error->frames(0).file(), "hello.js");
  EXPECT_THAT(error->code_frame(), HasSubstr("> 2 |   return event.user.name;\n    |                     ^\n"));
  EXPECT_EQ(call->detail<v1::Receipt>()->revision(), 1);
  EXPECT_EQ(call->detail<v1::Receipt>()->start(), v1::COLD);
  EXPECT_EQ(call->metadata("mayfly-start"), "cold");
  const auto info = call->detail<google::rpc::ErrorInfo>();
  EXPECT_EQ(info->metadata().at("function"), "namespaces/default/functions/hello");
  EXPECT_EQ(info->metadata().at("revision"), "1");
}

TEST_F(InvocationServiceErrorsTest, ACrashCostsItsOwnCallAlone) {
  auto crashed = InvokeWith(MakeError(absl::StatusCode::kInternal, "WORKER_CRASHED", "killed by signal 11"));
  EXPECT_EQ(crashed->code(), absl::StatusCode::kInternal);
  EXPECT_EQ(crashed->reason(), "WORKER_CRASHED");
  EXPECT_EQ(
      crashed->status->message(),
      "The worker of 'hello' ended during the call: killed by signal 11. Only this call is lost; the function can be "
      "called again.");
  EXPECT_FALSE(workers_[0].alive);
  auto next = Invoke("hello");
  workers_.FinishStartAndLoad(1);
  workers_.FinishRun(1, runtime::RunReply{.result = "2"});
  EXPECT_EQ(*next->status, absl::OkStatus());
}

TEST_F(InvocationServiceErrorsTest, AnInvokedFunctionThatDoesNotLoadIsAFailedPrecondition) {
  auto call = Invoke("hello");
  workers_.FinishStart(0);
  runtime::LoadReply reply{.outcome = Outcome::kSourceInvalid};
  reply.error = {.type = "SyntaxError", .message = "Unexpected token '}'", .frames = {{"", "hello.js", 3, 1}}};
  workers_.FinishLoad(0, reply);
  EXPECT_EQ(call->code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(call->reason(), "SOURCE_INVALID");
  EXPECT_EQ(call->status->message(), "The source does not load: SyntaxError: Unexpected token '}' (hello.js:3:1)");
  EXPECT_FALSE(workers_[0].alive);
}

TEST_F(InvocationServiceErrorsTest, RunSourceThatDoesNotLoadIsAnInvalidArgument) {
  auto call = Run("function handler( {");
  workers_.FinishStart(0);
  EXPECT_EQ(workers_[0].load.function_id, "function");
  EXPECT_EQ(workers_[0].load.handler, "handler");
  runtime::LoadReply reply{.outcome = Outcome::kSourceInvalid};
  reply.error = {.type = "SyntaxError", .message = "Unexpected token '{'", .frames = {{"", "function.js", 1, 19}}};
  workers_.FinishLoad(0, reply);
  EXPECT_EQ(call->code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(call->reason(), "SOURCE_INVALID");
  EXPECT_EQ(call->detail<v1::FunctionError>()->code_frame(), "> 1 | function handler( {\n    |                   ^\n");
}

TEST_F(InvocationServiceErrorsTest, RunRefusesAnInvalidManifest) {
  v1::RunRequest request;
  request.set_language_id("ruby");
  request.set_source("1");
  auto call = Send<v1::RunRequest, v1::RunResponse>("Run", request);
  EXPECT_EQ(call->code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(call->reason(), "MANIFEST_INVALID");
  EXPECT_EQ(call->detail<google::rpc::BadRequest>()->field_violations(0).field(), "languageId");
  EXPECT_EQ(workers_.size(), 0u);
}

TEST_F(InvocationServiceErrorsTest, ACheckWithoutAHandlerIsAnInvalidArgument) {
  auto call = Check("x = 1");
  workers_.FinishStart(0);
  runtime::LoadReply reply{.outcome = Outcome::kHandlerNotFound};
  reply.error.message = "it has no functions";
  workers_.FinishLoad(0, reply);
  EXPECT_EQ(call->code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(call->reason(), "HANDLER_NOT_FOUND");
  EXPECT_EQ(call->status->message(), "The source has no handler 'handler': it has no functions");
}

TEST_F(InvocationServiceErrorsTest, AnUnknownFunctionIsNamedWithTheNearest) {
  auto call = Invoke("helo");
  EXPECT_EQ(call->code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(call->reason(), "FUNCTION_NOT_FOUND");
  EXPECT_EQ(call->status->message(), "There is no function 'helo'; did you mean 'hello'?");
  EXPECT_EQ(call->detail<google::rpc::ErrorInfo>()->metadata().at("nearest"), "hello");
  EXPECT_EQ(call->detail<v1::Receipt>()->invocation_id().size(), 36u);
  EXPECT_EQ(source_.gets, 0);
}

TEST_F(InvocationServiceErrorsTest, RefusesABadNameRevisionAndEvent) {
  EXPECT_EQ(Invoke("a b")->reason(), "NAME_INVALID");
  EXPECT_EQ(Invoke("hello", "", -1)->reason(), "REQUEST_INVALID");
  auto call = Invoke("hello", "{\"a\":}");
  EXPECT_EQ(call->code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(call->reason(), "EVENT_INVALID");
  EXPECT_THAT(std::string(call->status->message()), HasSubstr("line 1, column 6"));
  auto deep = Invoke("hello", std::string(1001, '[') + std::string(1001, ']'));
  EXPECT_EQ(deep->reason(), "EVENT_INVALID");
  EXPECT_EQ(workers_.size(), 0u);
}

TEST_F(InvocationServiceErrorsTest, RefusesAnEventLargerThanTheLimit) {
  const std::string padding(kEventBytesMax - 2, ' ');
  auto fits = Invoke("hello", "{}" + padding);
  EXPECT_FALSE(fits->status.has_value());
  auto call = Invoke("hello", "{} " + padding);
  EXPECT_EQ(call->code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(call->reason(), "EVENT_TOO_LARGE");
  EXPECT_EQ(call->status->message(), "The event is 6291457 bytes long; at most 6 MiB are taken.");
}

TEST_F(InvocationServiceErrorsTest, TheGuestsTimeoutKillsItsWorker) {
  auto call = Invoke("hello");
  workers_.FinishStartAndLoad(0);
  time_.Advance(absl::Milliseconds(4999));
  EXPECT_EQ(workers_[0].kills, 0);
  time_.Advance(absl::Milliseconds(1));
  EXPECT_EQ(workers_[0].kills, 1);
  time_.Advance(absl::Milliseconds(1));
  workers_.FinishRun(0, absl::CancelledError(), {.cpu_time = absl::Seconds(4), .peak_memory_kib = 9});
  EXPECT_EQ(call->code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(call->reason(), "FUNCTION_TIMEOUT");
  EXPECT_EQ(call->status->message(),
            "The time of the call, 5s, ended while 'hello' was running, and it was stopped. Raise timeoutMillis or the "
            "caller's deadline, or do less in a call.");
  EXPECT_EQ(call->detail<v1::Receipt>()->cpu_time().seconds(), 4);
  EXPECT_EQ(call->detail<v1::Receipt>()->run_time().nanos(), 1'000'000);
  EXPECT_EQ(call->detail<v1::Receipt>()->run_time().seconds(), 5);
  EXPECT_FALSE(workers_[0].alive);
  EXPECT_EQ(pool_.stats().workers, 0);
}

TEST_F(InvocationServiceErrorsTest, ATimeoutDoesNotWaitForAWorkerThatIsSlowToDie) {
  auto call = Invoke("hello");
  workers_.FinishStartAndLoad(0);
  time_.Advance(absl::Seconds(5) + kKillTimeMax);
  EXPECT_EQ(call->reason(), "FUNCTION_TIMEOUT");
  EXPECT_FALSE(workers_[0].alive);
}

TEST_F(InvocationServiceErrorsTest, ADeadlineThatHasPassedRunsNothing) {
  auto call = Invoke("hello", "", 0, absl::ZeroDuration());
  EXPECT_EQ(call->code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(call->reason(), "QUEUE_TIMEOUT");
  EXPECT_EQ(workers_.size(), 0u);
}

TEST_F(InvocationServiceErrorsTest, ADeadlineInTheQueueIsAQueueTimeout) {
  Invoke("hello");
  Invoke("hello");
  workers_.FinishStartAndLoad(0);
  workers_.FinishStartAndLoad(1);
  auto call = Invoke("hello", "", 0, absl::Milliseconds(50));
  time_.Advance(absl::Milliseconds(50));
  EXPECT_EQ(call->code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(call->reason(), "QUEUE_TIMEOUT");
  EXPECT_EQ(call->status->message(),
            "The call waited 50ms for a worker, which is all the time it had. Nothing has run; try again later.");
  EXPECT_EQ(call->detail<v1::Receipt>()->queue_time().nanos(), 50'000'000);
  EXPECT_EQ(pool_.stats().waiting, 0);
}

TEST_F(InvocationServiceErrorsTest, ADeadlineWhileLoadingSaysSoAndLeavesTheWorkerForTheNextCall) {
  auto call = Invoke("hello", "", 0, absl::Milliseconds(50));
  workers_.FinishStart(0);
  time_.Advance(absl::Milliseconds(50));
  EXPECT_EQ(call->code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(call->reason(), "FUNCTION_TIMEOUT");
  EXPECT_THAT(std::string(call->status->message()), HasSubstr("ended while 'hello' was loading"));
  workers_.FinishLoad(0);
  auto next = Invoke("hello");
  workers_.FinishRun(0, runtime::RunReply{.result = "1"});
  EXPECT_EQ(next->response.receipt().start(), v1::WARM);
}

TEST_F(InvocationServiceErrorsTest, ALoadThatNeverEndsIsEnded) {
  Tell(v1::WatchFunctionsResponse::PUT, [] {
    v1::Function function = MakeTestFunction("slow");
    function.mutable_manifest()->set_timeout_millis(60'000);
    return function;
  }());
  auto call = Invoke("slow");
  workers_.FinishStart(0);
  time_.Advance(kLoadTimeMax);
  EXPECT_EQ(call->code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(call->reason(), "FUNCTION_TIMEOUT");
  EXPECT_EQ(call->status->message(),
            "Loading 'slow' took longer than 10s and was ended. Look for a loop or slow work at the top level of its "
            "source.");
  EXPECT_FALSE(workers_[0].alive);
}

TEST_F(InvocationServiceErrorsTest, MoreCallsThanTheQueueHoldsAreTurnedAwayWithATime) {
  for (int i = 0; i < 3; ++i) Invoke("hello");
  auto call = Invoke("hello");
  EXPECT_EQ(call->code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(call->reason(), "OVERLOADED");
  EXPECT_EQ(call->status->message(),
            "'hello' has 3 calls waiting, the most it may have. Nothing has run; try again later.");
  EXPECT_EQ(call->detail<google::rpc::RetryInfo>()->retry_delay().seconds(), 1);
  EXPECT_EQ(call->metadata("mayfly-start"), "(absent)");
}

TEST_F(InvocationServiceErrorsTest, NoProcessToBeHadIsOverloadedWithATime) {
  auto call = Invoke("hello");
  FakeProcess::Call(workers_[0].starting, absl::UnavailableError("the zygote is away"));
  EXPECT_EQ(call->code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(call->reason(), "OVERLOADED");
  EXPECT_EQ(call->status->message(),
            "No worker could be started: the zygote is away. Nothing has run; try again later.");
  EXPECT_EQ(call->detail<google::rpc::RetryInfo>()->retry_delay().seconds(), 1);
  EXPECT_EQ(pool_.stats().workers, 0);
}

TEST_F(InvocationServiceErrorsTest, TheMemoryCapIsExhaustedWithoutATimeToRetry) {
  auto call = InvokeWith(MakeError(absl::StatusCode::kResourceExhausted, "MEMORY_LIMIT", "exit code 90"));
  EXPECT_EQ(call->code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(call->reason(), "MEMORY_LIMIT");
  EXPECT_EQ(call->status->message(),
            "Out of memory: 'hello' needs more than its 128 MiB. Raise memoryLimitMib, or keep less at a time.");
  EXPECT_FALSE(call->detail<google::rpc::RetryInfo>().has_value());
}

TEST_F(InvocationServiceErrorsTest, OutcomesOfTheResultHaveTheirCodes) {
  auto bad = InvokeWith(Reply(Outcome::kResultNotSerializable, "TypeError", "Converting circular structure to JSON"));
  EXPECT_EQ(bad->code(), absl::StatusCode::kUnknown);
  EXPECT_EQ(bad->reason(), "RESULT_NOT_SERIALIZABLE");
  workers_.FinishPrepare(0);
  auto large = Invoke("hello");
  workers_.FinishRun(0, Reply(Outcome::kResultTooLarge, "", ""));
  EXPECT_EQ(large->code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(large->reason(), "RESULT_TOO_LARGE");
  EXPECT_EQ(large->status->message(), "The result is larger than 6 MiB as JSON. Return less.");
  workers_.FinishPrepare(0);
  auto event = Invoke("hello");
  workers_.FinishRun(0, Reply(Outcome::kEventInvalid, "ValueError", "Exceeds the limit (4300 digits)"));
  EXPECT_EQ(event->code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(event->reason(), "EVENT_INVALID");
}

TEST_F(InvocationServiceErrorsTest, TheMainInterpreterNeedsAServerThatRewinds) {
  v1::CheckFunctionRequest check;
  check.mutable_manifest()->set_language_id("python");
  check.mutable_manifest()->set_source("import numpy");
  check.mutable_manifest()->set_python_interpreter("main");
  auto checked = Send<v1::CheckFunctionRequest, v1::CheckFunctionResponse>("CheckFunction", check);
  EXPECT_EQ(checked->code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(checked->reason(), "MANIFEST_INVALID");
  const auto violations = checked->detail<google::rpc::BadRequest>()->field_violations();
  ASSERT_EQ(violations.size(), 1);
  EXPECT_EQ(violations[0].field(), "pythonInterpreter");
  EXPECT_EQ(violations[0].description(),
            "'main' needs a server that rewinds, and this one does not (chosen by a test)");

  v1::Function stored = MakeTestFunction("numbers", 1, "import numpy");
  stored.mutable_manifest()->set_language_id("python");
  stored.mutable_manifest()->set_python_interpreter("main");
  Tell(v1::WatchFunctionsResponse::PUT, stored);
  auto invoked = Invoke("numbers");
  EXPECT_EQ(invoked->code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(workers_.size(), 0u);
}

class InvocationServiceLimitsTest : public InvocationServiceFixture {
 protected:
  InvocationServiceLimitsTest()
      : InvocationServiceFixture({.timeout_max = absl::Seconds(2), .event_bytes_max = kMiB, .source_bytes_max = kMiB}) {
  }
};

TEST_F(InvocationServiceLimitsTest, ACallHasNoMoreTimeThanTheServerGives) {
  auto call = Invoke("hello");  // whose own is 5 s
  workers_.FinishStartAndLoad(0);
  time_.Advance(absl::Seconds(2));
  workers_.FinishRun(0, absl::CancelledError());
  EXPECT_EQ(call->reason(), "FUNCTION_TIMEOUT");
}

TEST_F(InvocationServiceLimitsTest, AnEventHasTheServersBound) {
  EXPECT_FALSE(Invoke("hello", "{}" + std::string(kMiB - 2, ' '))->status.has_value());
  auto call = Invoke("hello", "{}" + std::string(kMiB - 1, ' '));
  EXPECT_EQ(call->reason(), "EVENT_TOO_LARGE");
  EXPECT_EQ(call->status->message(), "The event is 1048577 bytes long; at most 1 MiB are taken.");
}

TEST_F(InvocationServiceLimitsTest, SourceThatIsRunHasTheServersBound) {
  auto call = Run(std::string(kMiB + 1, ' '));
  EXPECT_EQ(call->code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(call->reason(), "SOURCE_TOO_LARGE");
  EXPECT_EQ(call->status->message(),
            "The source and the dependencies are 1048577 bytes together; at most 1048576 are taken.");
  EXPECT_EQ(workers_.size(), 0u);
}

}  // namespace
}  // namespace mayfly::dataplane
