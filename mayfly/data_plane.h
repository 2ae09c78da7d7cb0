// The data plane's objects: worker processes, pool, catalogue, InvocationService.
#ifndef MAYFLY_MAYFLY_DATA_PLANE_H_
#define MAYFLY_MAYFLY_DATA_PLANE_H_

#include <boost/asio/io_context.hpp>
#include <cstddef>
#include <cstdint>

#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "base/clock.h"
#include "base/method_table.h"
#include "dataplane/asio_timer_queue.h"
#include "dataplane/call_limits.h"
#include "dataplane/catalog.h"
#include "dataplane/function_source.h"
#include "dataplane/invocation_counters.h"
#include "dataplane/invocation_service.h"
#include "dataplane/isolation.h"
#include "dataplane/per_language.h"
#include "dataplane/pool.h"
#include "dataplane/pool_limits.h"
#include "dataplane/worker_process.h"
#include "dataplane/zygote.h"

namespace mayfly {

class DataPlane {
 public:
  struct Options {
    dataplane::WorkerProcessOptions workers;  // all but how they rewind, which `isolation` says
    dataplane::PoolLimits limits;
    dataplane::CallLimits call_limits;
    dataplane::Isolation isolation;
  };

  // None is owned; all outlive it. The threads of `io` must have ended before it is destroyed, and all calls been
  // answered (Drain).
  DataPlane(const Options& options, boost::asio::io_context& io, dataplane::FunctionSource& source, const Clock& clock);

  DataPlane(const DataPlane&) = delete;
  DataPlane& operator=(const DataPlane&) = delete;

  void RegisterMethods(MethodTable& methods) { service_.RegisterMethods(methods); }
  dataplane::Catalog& catalog() { return catalog_; }
  dataplane::TimerQueue& timers() { return timers_; }

  struct Stats {
    dataplane::Pool::Stats pool;
    int workers_max = 0;
    int64_t memory_budget_bytes = 0;
    dataplane::InvocationStats invocations;
    size_t in_flight = 0;
    size_t functions = 0;
    dataplane::PerLanguage<dataplane::Zygote::Stats> zygotes;
  };
  // Each part is all of one moment, one part after the other. Thread-safe.
  Stats stats();

  // New calls are refused with SHUTTING_DOWN from now on. Called once.
  void BeginDrain();

  // Waits until the calls in flight have been answered; false when `time_max` has passed first.
  bool AwaitDrained(absl::Duration time_max) { return drained_.WaitForNotificationWithTimeout(time_max); }

 private:
  const dataplane::PoolLimits limits_;
  dataplane::AsioTimerQueue timers_;
  dataplane::WorkerProcessFactory workers_;
  dataplane::Pool pool_;
  dataplane::Catalog catalog_;
  dataplane::InvocationService service_;
  absl::Notification drained_;
};

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_DATA_PLANE_H_
