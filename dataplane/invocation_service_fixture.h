// InvocationService over workers, functions and time that a test holds in its hands.
#ifndef MAYFLY_DATAPLANE_INVOCATION_SERVICE_FIXTURE_H_
#define MAYFLY_DATAPLANE_INVOCATION_SERVICE_FIXTURE_H_

#include <gtest/gtest.h>

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "base/call.h"
#include "base/error.h"
#include "base/method_table.h"
#include "dataplane/catalog.h"
#include "dataplane/fake_time.h"
#include "dataplane/fake_worker.h"
#include "dataplane/function_revision.h"
#include "dataplane/invocation_service.h"
#include "dataplane/pool.h"
#include "dataplane/test_functions.h"
#include "google/rpc/status.pb.h"
#include "mayfly/v1/function_service.pb.h"
#include "mayfly/v1/invocation_service.pb.h"

namespace mayfly::dataplane {

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

class InvocationServiceFixture : public ::testing::Test {
 protected:
  explicit InvocationServiceFixture(const CallLimits& limits = {}) : limits_(limits) {
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

  const CallLimits limits_;
  FakeTime time_;
  FakeWorkers workers_;
  FakeSource source_;
  Pool pool_{PoolLimits{.workers_max = 2, .queue_per_function_max = 3}, workers_, time_, time_};
  Catalog catalog_{source_, [this](const FunctionRevision& function) { pool_.Retire(function); }};
  InvocationService service_{{.isolation = {.rewind = std::nullopt, .reason = "chosen by a test"}, .limits = limits_},
                             catalog_,
                             pool_,
                             time_,
                             time_};
  MethodTable methods_;
};

// A run that ended with `outcome`, at the second line of "hello".
inline runtime::RunReply Reply(runtime::Outcome outcome, const std::string& type, const std::string& message) {
  return {
      .outcome = outcome,
      .error = {.type = type, .message = message, .stack = "the stack", .frames = {{"handler", "hello.js", 2, 21}}}};
}

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_INVOCATION_SERVICE_FIXTURE_H_
