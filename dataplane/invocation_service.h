// mayfly.v1.InvocationService: from a request to a call in a worker, and back.
#ifndef MAYFLY_DATAPLANE_INVOCATION_SERVICE_H_
#define MAYFLY_DATAPLANE_INVOCATION_SERVICE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/call.h"
#include "base/clock.h"
#include "base/function_name.h"
#include "base/method_table.h"
#include "dataplane/call_limits.h"
#include "dataplane/call_report.h"
#include "dataplane/catalog.h"
#include "dataplane/invocation_counters.h"
#include "dataplane/isolation.h"
#include "dataplane/outcome_status.h"
#include "dataplane/pool.h"
#include "dataplane/timer_queue.h"

namespace mayfly::v1 {
class CheckFunctionRequest;
class CheckFunctionResponse;
class InvokeRequest;
class InvokeResponse;
class Receipt;
class RunRequest;
class RunResponse;
}  // namespace mayfly::v1

namespace mayfly::dataplane {

// Thread-safe. A warm call is handed to its worker inside the handler's call, and answered on the thread that the
// worker's reply comes on. Outlives every call it has taken: see Drain.
class InvocationService {
 public:
  struct Options {
    Isolation isolation;
    CallLimits limits = {};
  };

  // None is owned; all outlive the service.
  InvocationService(const Options& options, Catalog& catalog, Pool& pool, TimerQueue& timers, const Clock& clock);

  // Adds Invoke, Run and CheckFunction.
  void RegisterMethods(MethodTable& methods);

  // From now on calls are refused with UNAVAILABLE SHUTTING_DOWN and RetryInfo; those in flight go on. Runs
  // `on_drained` when the last of them has been answered: at once if there is none. Called once.
  void Drain(absl::AnyInvocable<void() &&> on_drained);

  size_t calls_in_flight() const;

  // What calls have come to so far. A call counts before its answer is given.
  InvocationStats stats() const { return counters_.stats(); }

 private:
  struct Arrival;

  void Invoke(std::shared_ptr<ServerCall> call, v1::InvokeRequest& request, v1::InvokeResponse& response,
              UnaryDone done);
  void Run(std::shared_ptr<ServerCall> call, v1::RunRequest& request, v1::RunResponse& response, UnaryDone done);
  void Check(std::shared_ptr<ServerCall> call, v1::CheckFunctionRequest& request, v1::CheckFunctionResponse& response,
             UnaryDone done);

  Arrival Arrive(Purpose purpose, std::shared_ptr<ServerCall> call, std::string* result, v1::Receipt& receipt,
                 UnaryDone done);
  void Fetch(Arrival arrival, const FunctionName& name, int32_t revision, std::string event);
  void Begin(Arrival arrival, Catalog::Revision function, std::string event);
  void Refuse(Arrival arrival, absl::Status status);
  void Answer(Arrival arrival, absl::Status status, std::string result, CallReport report);

  const Options options_;
  Catalog& catalog_;
  Pool& pool_;
  TimerQueue& timers_;
  const Clock& clock_;
  InvocationCounters counters_;

  mutable absl::Mutex mutex_;
  bool draining_ ABSL_GUARDED_BY(mutex_) = false;
  size_t in_flight_ ABSL_GUARDED_BY(mutex_) = 0;
  absl::AnyInvocable<void() &&> on_drained_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_INVOCATION_SERVICE_H_
