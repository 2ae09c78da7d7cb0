#include "dataplane/invocation_service.h"

#include <algorithm>
#include <utility>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/json.h"
#include "base/limits.h"
#include "base/manifest.h"
#include "base/reason.h"
#include "base/uuid.h"
#include "dataplane/function_revision.h"
#include "dataplane/invocation.h"
#include "dataplane/receipt.h"
#include "mayfly/v1/invocation_service.pb.h"

namespace mayfly::dataplane {

// One call as it came in, and where its answer goes. The door keeps what it points to until `done`.
struct InvocationService::Arrival {
  Purpose purpose;
  std::shared_ptr<ServerCall> call;
  std::string* result;  // null for a check
  v1::Receipt* receipt;
  UnaryDone done;
  std::string invocation_id;
  absl::Duration time;  // monotonic
  absl::Status admitted;
};

namespace {

// How long a revision that is not here may take to come, at most.
constexpr absl::Duration kFetchTimeMax = kTimeoutDefault;

absl::Status ShuttingDown() {
  return WithRetryAfter(
      MakeError(absl::StatusCode::kUnavailable, reason::kShuttingDown,
                "This server is shutting down. Nothing has run; try again, another server will answer."),
      kRetryDelay);
}

// Makes an event whole: none means {}.
absl::Status CheckEvent(std::string& event, size_t bytes_max) {
  if (event.empty()) event = "{}";
  if (event.size() > bytes_max) {
    return MakeError(
        absl::StatusCode::kResourceExhausted, reason::kEventTooLarge,
        absl::StrCat("The event is ", event.size(), " bytes long; at most ", bytes_max / kMiB, " MiB are taken."));
  }
  return ValidateJson(event, reason::kEventInvalid, "the event");
}

absl::Status CheckRevision(int32_t revision) {
  if (revision >= 0) return absl::OkStatus();
  return MakeFieldError(reason::kRequestInvalid, {{"revision", "must be 1 or more, or 0 for the latest"}});
}

v1::Manifest ToManifest(v1::RunRequest& request) {
  v1::Manifest manifest;
  manifest.set_language_id(std::move(*request.mutable_language_id()));
  manifest.set_function_name(std::move(*request.mutable_function_name()));
  manifest.set_js_eval_as_module(request.js_eval_as_module());
  manifest.set_source(std::move(*request.mutable_source()));
  manifest.mutable_dependencies()->swap(*request.mutable_dependencies());
  manifest.set_timeout_millis(request.timeout_millis());
  manifest.set_memory_limit_mib(request.memory_limit_mib());
  manifest.mutable_warmup_events()->Swap(request.mutable_warmup_events());
  manifest.set_python_interpreter(std::move(*request.mutable_python_interpreter()));
  return manifest;
}

// The main interpreter is one for all calls of a worker, so only a rewind keeps them apart in it.
absl::Status CheckInterpreter(const FunctionRevision& function, Purpose purpose, const Isolation& isolation) {
  if (isolation.rewind.has_value() || function.load.python_interpreter != runtime::PythonInterpreter::kMain) {
    return absl::OkStatus();
  }
  const std::string problem =
      absl::StrCat("'main' needs a server that rewinds, and this one does not (", isolation.reason, ")");
  if (purpose != Purpose::kInvoke) return MakeFieldError(reason::kManifestInvalid, {{"pythonInterpreter", problem}});
  return MakeError(absl::StatusCode::kFailedPrecondition, reason::kManifestInvalid,
                   absl::StrCat(function.Title(), " can't run here: pythonInterpreter ", problem));
}

// How long a call may take. A check has the time that a load may have: the function's own timeout, which may be made
// for calls of a worker that is warm, must not keep it from being stored.
absl::Duration TimeFor(const FunctionRevision& function, Purpose purpose, const CallLimits& limits) {
  if (purpose != Purpose::kCheck) return std::min(function.timeout, limits.timeout_max);
  return std::clamp(function.timeout, kTimeoutDefault, kLoadTimeMax);
}

}  // namespace

InvocationService::InvocationService(const Options& options, Catalog& catalog, Pool& pool, TimerQueue& timers,
                                     const Clock& clock)
    : options_(options), catalog_(catalog), pool_(pool), timers_(timers), clock_(clock) {}

void InvocationService::RegisterMethods(MethodTable& methods) {
  methods.AddUnary<v1::InvokeRequest, v1::InvokeResponse>(
      "mayfly.v1.InvocationService.Invoke",
      [this](std::shared_ptr<ServerCall> call, v1::InvokeRequest& request, v1::InvokeResponse& response,
             UnaryDone done) { Invoke(std::move(call), request, response, std::move(done)); });
  methods.AddUnary<v1::RunRequest, v1::RunResponse>(
      "mayfly.v1.InvocationService.Run",
      [this](std::shared_ptr<ServerCall> call, v1::RunRequest& request, v1::RunResponse& response, UnaryDone done) {
        Run(std::move(call), request, response, std::move(done));
      });
  methods.AddUnary<v1::CheckFunctionRequest, v1::CheckFunctionResponse>(
      "mayfly.v1.InvocationService.CheckFunction",
      [this](std::shared_ptr<ServerCall> call, v1::CheckFunctionRequest& request, v1::CheckFunctionResponse& response,
             UnaryDone done) { Check(std::move(call), request, response, std::move(done)); });
}

void InvocationService::Invoke(std::shared_ptr<ServerCall> call, v1::InvokeRequest& request,
                               v1::InvokeResponse& response, UnaryDone done) {
  Arrival arrival = Arrive(Purpose::kInvoke, std::move(call), response.mutable_result(), *response.mutable_receipt(),
                           std::move(done));
  if (!arrival.admitted.ok()) return Refuse(std::move(arrival), arrival.admitted);
  const absl::StatusOr<FunctionName> name = ParseFunctionName(request.name());
  absl::Status valid = name.status();
  if (valid.ok()) valid = CheckRevision(request.revision());
  if (valid.ok()) valid = CheckEvent(*request.mutable_event(), options_.limits.event_bytes_max);
  if (!valid.ok()) return Refuse(std::move(arrival), std::move(valid));
  std::string event = std::move(*request.mutable_event());
  if (Catalog::Revision function = catalog_.Find(*name, request.revision())) {
    return Begin(std::move(arrival), std::move(function), std::move(event));
  }
  Fetch(std::move(arrival), *name, request.revision(), std::move(event));
}

void InvocationService::Fetch(Arrival arrival, const FunctionName& name, int32_t revision, std::string event) {
  const absl::Time deadline = std::min(arrival.call->deadline(), clock_.Now() + kFetchTimeMax);
  catalog_.Fetch(name, revision, deadline,
                 [this, arrival = std::move(arrival),
                  event = std::move(event)](absl::StatusOr<Catalog::Revision> function) mutable {
                   if (!function.ok()) return Refuse(std::move(arrival), function.status());
                   Begin(std::move(arrival), *std::move(function), std::move(event));
                 });
}

void InvocationService::Run(std::shared_ptr<ServerCall> call, v1::RunRequest& request, v1::RunResponse& response,
                            UnaryDone done) {
  Arrival arrival =
      Arrive(Purpose::kRun, std::move(call), response.mutable_result(), *response.mutable_receipt(), std::move(done));
  if (!arrival.admitted.ok()) return Refuse(std::move(arrival), arrival.admitted);
  v1::Manifest manifest = ToManifest(request);
  absl::Status valid = ValidateManifest(manifest, "", options_.limits.source_bytes_max);
  if (valid.ok()) valid = CheckEvent(*request.mutable_event(), options_.limits.event_bytes_max);
  if (!valid.ok()) return Refuse(std::move(arrival), std::move(valid));
  FillManifestDefaults(manifest);
  Begin(std::move(arrival), MakeThrowAwayRevision(std::move(manifest)), std::move(*request.mutable_event()));
}

void InvocationService::Check(std::shared_ptr<ServerCall> call, v1::CheckFunctionRequest& request,
                              v1::CheckFunctionResponse& response, UnaryDone done) {
  Arrival arrival = Arrive(Purpose::kCheck, std::move(call), nullptr, *response.mutable_receipt(), std::move(done));
  if (!arrival.admitted.ok()) return Refuse(std::move(arrival), arrival.admitted);
  v1::Manifest& manifest = *request.mutable_manifest();
  absl::Status valid = ValidateManifest(manifest, "");
  if (!valid.ok()) return Refuse(std::move(arrival), std::move(valid));
  FillManifestDefaults(manifest);
  Begin(std::move(arrival), MakeThrowAwayRevision(std::move(manifest)), "");
}

InvocationService::Arrival InvocationService::Arrive(Purpose purpose, std::shared_ptr<ServerCall> call,
                                                     std::string* result, v1::Receipt& receipt, UnaryDone done) {
  absl::MutexLock lock(mutex_);
  ++in_flight_;
  return {
      .purpose = purpose,
      .call = std::move(call),
      .result = result,
      .receipt = &receipt,
      .done = std::move(done),
      .invocation_id = NewUuidV7(),
      .time = clock_.Monotonic(),
      .admitted = draining_ ? ShuttingDown() : absl::OkStatus(),
  };
}

void InvocationService::Begin(Arrival arrival, Catalog::Revision function, std::string event) {
  const Purpose purpose = arrival.purpose;
  if (absl::Status status = CheckInterpreter(*function, purpose, options_.isolation); !status.ok()) {
    return Refuse(std::move(arrival), std::move(status));
  }
  const absl::Duration callers = arrival.call->deadline() - clock_.Now();
  const absl::Duration due =
      std::min(clock_.Monotonic() + callers, arrival.time + TimeFor(*function, purpose, options_.limits));
  const std::shared_ptr<ServerCall> call = arrival.call;
  Invocation::Options options{
      .function = std::move(function),
      .purpose = purpose,
      .event = std::move(event),
      .invocation_id = arrival.invocation_id,
      .arrival = arrival.time,
      .due = due,
      .limits = options_.limits,
  };
  auto invocation = std::make_shared<Invocation>(
      std::move(options), pool_, timers_, clock_,
      [this, arrival = std::move(arrival)](absl::Status status, std::string result, CallReport report) mutable {
        Answer(std::move(arrival), std::move(status), std::move(result), std::move(report));
      });
  call->OnCancel([weak = std::weak_ptr<Invocation>(invocation)] {
    if (const std::shared_ptr<Invocation> cancelled = weak.lock()) cancelled->Cancel();
  });
  invocation->Start();
}

void InvocationService::Refuse(Arrival arrival, absl::Status status) {
  CallReport report;
  report.invocation_id = arrival.invocation_id;
  report.total_time = clock_.Monotonic() - arrival.time;
  Answer(std::move(arrival), std::move(status), "", std::move(report));
}

void InvocationService::Answer(Arrival arrival, absl::Status status, std::string result, CallReport report) {
  arrival.call->OnCancel({});
  counters_.Count(arrival.purpose, status, report);
  AddReceiptMetadata(report, options_.isolation, *arrival.call);
  if (status.ok()) {
    FillReceipt(report, options_.isolation, *arrival.receipt);
    if (arrival.result != nullptr) *arrival.result = std::move(result);
  } else {
    v1::Receipt receipt;
    FillReceipt(report, options_.isolation, receipt);
    AddErrorDetail(status, receipt);
  }
  std::move(arrival.done)(std::move(status));
  absl::AnyInvocable<void() &&> on_drained;
  {
    absl::MutexLock lock(mutex_);
    if (--in_flight_ == 0) on_drained = std::exchange(on_drained_, nullptr);
  }
  if (on_drained) std::move(on_drained)();
}

void InvocationService::Drain(absl::AnyInvocable<void() &&> on_drained) {
  {
    absl::MutexLock lock(mutex_);
    CHECK(!draining_);
    draining_ = true;
    if (in_flight_ > 0) {
      on_drained_ = std::move(on_drained);
      return;
    }
  }
  std::move(on_drained)();
}

size_t InvocationService::calls_in_flight() const {
  absl::MutexLock lock(mutex_);
  return in_flight_;
}

}  // namespace mayfly::dataplane
