#include "dataplane/invocation_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/error.h"
#include "base/limits.h"
#include "dataplane/fake_time.h"
#include "dataplane/fake_worker.h"
#include "dataplane/test_functions.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "mayfly/v1/function_service.pb.h"
#include "mayfly/v1/invocation_service.pb.h"

namespace mayfly::dataplane {
namespace {

using runtime::Outcome;
using ::testing::HasSubstr;

// Gives the revisions that a test puts into it.
class FakeSource final : public FunctionSource {
 public:
  void Get(const FunctionName& name, int32_t revision, absl::Time, Done done) override {
    ++gets;
    const auto found = functions.find(revision);
    if (found == functions.end())
      return std::move(done)(MakeError(absl::StatusCode::kNotFound, "FUNCTION_NOT_FOUND", "no"));
    std::move(done)(found->second);
  }

  std::map<int32_t, v1::Function> functions;
  int gets = 0;
};

// One call and its answer.
template <typename Request, typename Response>
struct Call {
  std::shared_ptr<ServerCall> server_call;
  Request request;
  Response response;
  std::optional<absl::Status> status;

  absl::StatusCode code() const { return status->code(); }
  std::string reason() const { return ErrorReason(*status); }
  std::string metadata(const std::string& key) const {
    for (const auto& [name, value] : server_call->response_metadata()) {
      if (name == key) return value;
    }
    return "(absent)";
  }
  template <typename Detail>
  std::optional<Detail> detail() const {
    Detail found;
    const google::rpc::Status wire = ToRpcStatus(*status);
    for (const auto& any : wire.details()) {
      if (any.UnpackTo(&found)) return found;
    }
    return std::nullopt;
  }
};
using InvokeCall = Call<v1::InvokeRequest, v1::InvokeResponse>;
using RunCall = Call<v1::RunRequest, v1::RunResponse>;
using CheckCall = Call<v1::CheckFunctionRequest, v1::CheckFunctionResponse>;

class InvocationServiceTest : public ::testing::Test {
 protected:
  InvocationServiceTest() {
    service_.RegisterMethods(methods_);
    Tell(v1::WatchFunctionsResponse::PUT, MakeTestFunction("hello"));
    Tell(v1::WatchFunctionsResponse::SYNCED, {});
  }

  void Tell(v1::WatchFunctionsResponse::Kind kind, const v1::Function& function) {
    v1::WatchFunctionsResponse change;
    change.set_kind(kind);
    *change.mutable_function() = function;
    catalog_.Apply(change);
  }

  template <typename Request, typename Response>
  std::shared_ptr<Call<Request, Response>> Send(const std::string& method, Request request,
                                                absl::Duration deadline = absl::InfiniteDuration()) {
    auto call = std::make_shared<Call<Request, Response>>();
    call->server_call = std::make_shared<ServerCall>(time_.Now() + deadline, Metadata());
    call->request = std::move(request);
    methods_.Find("mayfly.v1.InvocationService." + method)
        ->unary(call->server_call, call->request, call->response,
                [call](absl::Status status) { call->status = status; });
    return call;
  }

  std::shared_ptr<InvokeCall> Invoke(const std::string& name, const std::string& event = "", int32_t revision = 0,
                                     absl::Duration deadline = absl::InfiniteDuration()) {
    v1::InvokeRequest request;
    request.set_name(name);
    request.set_event(event);
    request.set_revision(revision);
    return Send<v1::InvokeRequest, v1::InvokeResponse>("Invoke", request, deadline);
  }

  std::shared_ptr<RunCall> Run(const std::string& source, const std::string& event = "") {
    v1::RunRequest request;
    request.set_language_id("js");
    request.set_source(source);
    request.set_event(event);
    return Send<v1::RunRequest, v1::RunResponse>("Run", request);
  }

  std::shared_ptr<CheckCall> Check(const std::string& source, int32_t timeout_millis = 0) {
    v1::CheckFunctionRequest request;
    request.mutable_manifest()->set_id("checked");
    request.mutable_manifest()->set_language_id("python");
    request.mutable_manifest()->set_source(source);
    request.mutable_manifest()->set_timeout_millis(timeout_millis);
    return Send<v1::CheckFunctionRequest, v1::CheckFunctionResponse>("CheckFunction", request);
  }

  // The answer to a call whose worker gave `reply`.
  std::shared_ptr<InvokeCall> InvokeWith(absl::StatusOr<runtime::RunReply> reply) {
    auto call = Invoke("hello");
    workers_.FinishStartAndLoad(0);
    workers_.FinishRun(0, std::move(reply));
    return call;
  }

  FakeTime time_;
  FakeWorkers workers_;
  FakeSource source_;
  Pool pool_{PoolLimits{.workers_max = 2, .queue_per_function_max = 3}, workers_, time_, time_};
  Catalog catalog_{source_, [this](const FunctionRevision& function) { pool_.Retire(function); }};
  InvocationService service_{{}, catalog_, pool_, time_, time_};
  MethodTable methods_;
};

runtime::RunReply Reply(Outcome outcome, const std::string& type, const std::string& message) {
  return {
      .outcome = outcome,
      .error = {.type = type, .message = message, .stack = "the stack", .frames = {{"handler", "hello.js", 2, 21}}}};
}

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

TEST_F(InvocationServiceTest, AThrowIsUnknownWithItsPlaceAndCodeFrame) {
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

TEST_F(InvocationServiceTest, AThrowCostsNoWorker) {
  InvokeWith(Reply(Outcome::kThrew, "Error", "x"));
  workers_.FinishPrepare(0);
  auto call = Invoke("hello");
  workers_.FinishRun(0, runtime::RunReply{.result = "2"});
  EXPECT_EQ(*call->status, absl::OkStatus());
  EXPECT_EQ(workers_.size(), 1u);
}

TEST_F(InvocationServiceTest, ACrashCostsItsOwnCallAlone) {
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

TEST_F(InvocationServiceTest, AnInvokedFunctionThatDoesNotLoadIsAFailedPrecondition) {
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

TEST_F(InvocationServiceTest, RunSourceThatDoesNotLoadIsAnInvalidArgument) {
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

TEST_F(InvocationServiceTest, RunRefusesAnInvalidManifest) {
  v1::RunRequest request;
  request.set_language_id("ruby");
  request.set_source("1");
  auto call = Send<v1::RunRequest, v1::RunResponse>("Run", request);
  EXPECT_EQ(call->code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(call->reason(), "MANIFEST_INVALID");
  EXPECT_EQ(call->detail<google::rpc::BadRequest>()->field_violations(0).field(), "languageId");
  EXPECT_EQ(workers_.size(), 0u);
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

TEST_F(InvocationServiceTest, ACheckWithoutAHandlerIsAnInvalidArgument) {
  auto call = Check("x = 1");
  workers_.FinishStart(0);
  runtime::LoadReply reply{.outcome = Outcome::kHandlerNotFound};
  reply.error.message = "it has no functions";
  workers_.FinishLoad(0, reply);
  EXPECT_EQ(call->code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(call->reason(), "HANDLER_NOT_FOUND");
  EXPECT_EQ(call->status->message(), "The source has no handler 'handler': it has no functions");
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

TEST_F(InvocationServiceTest, AnUnknownFunctionIsNamedWithTheNearest) {
  auto call = Invoke("helo");
  EXPECT_EQ(call->code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(call->reason(), "FUNCTION_NOT_FOUND");
  EXPECT_EQ(call->status->message(), "There is no function 'helo'; did you mean 'hello'?");
  EXPECT_EQ(call->detail<google::rpc::ErrorInfo>()->metadata().at("nearest"), "hello");
  EXPECT_EQ(call->detail<v1::Receipt>()->invocation_id().size(), 36u);
  EXPECT_EQ(source_.gets, 0);
}

TEST_F(InvocationServiceTest, RefusesABadNameRevisionAndEvent) {
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

TEST_F(InvocationServiceTest, RefusesAnEventLargerThanTheLimit) {
  const std::string padding(kEventBytesMax - 2, ' ');
  auto fits = Invoke("hello", "{}" + padding);
  EXPECT_FALSE(fits->status.has_value());
  auto call = Invoke("hello", "{} " + padding);
  EXPECT_EQ(call->code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(call->reason(), "EVENT_TOO_LARGE");
  EXPECT_EQ(call->status->message(), "The event is 6291457 bytes long; at most 6 MiB are taken.");
}

TEST_F(InvocationServiceTest, TheGuestsTimeoutKillsItsWorker) {
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

TEST_F(InvocationServiceTest, ATimeoutDoesNotWaitForAWorkerThatIsSlowToDie) {
  auto call = Invoke("hello");
  workers_.FinishStartAndLoad(0);
  time_.Advance(absl::Seconds(5) + kKillTimeMax);
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

TEST_F(InvocationServiceTest, ADeadlineThatHasPassedRunsNothing) {
  auto call = Invoke("hello", "", 0, absl::ZeroDuration());
  EXPECT_EQ(call->code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(call->reason(), "QUEUE_TIMEOUT");
  EXPECT_EQ(workers_.size(), 0u);
}

TEST_F(InvocationServiceTest, ADeadlineInTheQueueIsAQueueTimeout) {
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

TEST_F(InvocationServiceTest, ADeadlineWhileLoadingSaysSoAndLeavesTheWorkerForTheNextCall) {
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

TEST_F(InvocationServiceTest, ALoadThatNeverEndsIsEnded) {
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

TEST_F(InvocationServiceTest, MoreCallsThanTheQueueHoldsAreTurnedAwayWithATime) {
  for (int i = 0; i < 3; ++i) Invoke("hello");
  auto call = Invoke("hello");
  EXPECT_EQ(call->code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(call->reason(), "OVERLOADED");
  EXPECT_EQ(call->status->message(),
            "'hello' has 3 calls waiting, the most it may have. Nothing has run; try again later.");
  EXPECT_EQ(call->detail<google::rpc::RetryInfo>()->retry_delay().seconds(), 1);
  EXPECT_EQ(call->metadata("mayfly-start"), "(absent)");
}

TEST_F(InvocationServiceTest, NoProcessToBeHadIsOverloadedWithATime) {
  auto call = Invoke("hello");
  FakeProcess::Call(workers_[0].starting,
                    MakeError(absl::StatusCode::kUnavailable, "OVERLOADED", "the zygote is away."));
  EXPECT_EQ(call->code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(call->reason(), "OVERLOADED");
  EXPECT_EQ(call->detail<google::rpc::RetryInfo>()->retry_delay().seconds(), 1);
  EXPECT_EQ(pool_.stats().workers, 0);
}

TEST_F(InvocationServiceTest, TheMemoryCapIsExhaustedWithoutATimeToRetry) {
  auto call = InvokeWith(MakeError(absl::StatusCode::kResourceExhausted, "MEMORY_LIMIT", "exit code 90"));
  EXPECT_EQ(call->code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(call->reason(), "MEMORY_LIMIT");
  EXPECT_EQ(call->status->message(),
            "Out of memory: 'hello' needs more than its 128 MiB. Raise memoryLimitMib, or keep less at a time.");
  EXPECT_FALSE(call->detail<google::rpc::RetryInfo>().has_value());
}

TEST_F(InvocationServiceTest, OutcomesOfTheResultHaveTheirCodes) {
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
