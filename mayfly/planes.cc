#include "mayfly/planes.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "absl/time/clock.h"
#include "mayfly/v1/function_service.pb.h"

namespace mayfly {

absl::StatusOr<std::unique_ptr<Planes>> Planes::Open(const PlanesOptions& options) {
  auto clock = std::make_unique<SystemClock>();
  absl::StatusOr<std::unique_ptr<controlplane::SqliteStore>> store =
      controlplane::SqliteStore::Open({.data_dir = options.data_dir, .functions_max = options.functions_max}, *clock);
  if (!store.ok()) return store.status();
  std::unique_ptr<Planes> planes(new Planes(options, std::move(clock), *std::move(store)));
  if (absl::Status status = planes->FollowStore(); !status.ok()) return status;
  return planes;
}

Planes::Planes(const PlanesOptions& options, std::unique_ptr<Clock> clock, std::unique_ptr<controlplane::Store> store)
    : clock_(std::move(clock)),
      store_(std::move(store)),
      backend_(methods_),
      source_(backend_),
      checker_(backend_, {}),
      io_(options.io_threads > 0 ? options.io_threads : CoreCount()),
      data_plane_(options.data_plane, io_.context(), source_, *clock_),
      function_service_(std::make_unique<controlplane::FunctionService>(*store_, checker_, options.source_bytes_max)) {
  data_plane_.RegisterMethods(methods_);
  function_service_->RegisterMethods(methods_);
}

Planes::~Planes() { Stop(); }

void Planes::Stop() {
  BeginDrain();
  data_plane_.AwaitDrained(absl::InfiniteDuration());
  function_service_.reset();
  io_.Stop();
}

absl::Status Planes::FollowStore() {
  return function_service_->Follow(
      [this](const v1::WatchFunctionsResponse& change) { data_plane_.catalog().Apply(change); });
}

void Planes::BeginDrain() {
  if (std::exchange(is_draining_, true)) return;
  function_service_->BeginDrain();
  data_plane_.BeginDrain();
}

bool Planes::AwaitDrained(absl::Duration time_max) {
  const absl::Time end = absl::Now() + time_max;
  return data_plane_.AwaitDrained(time_max) &&
         function_service_->AwaitDrained(std::max(absl::ZeroDuration(), end - absl::Now()));
}

int CoreCount() { return std::max(1, static_cast<int>(std::ceil(dataplane::ProbeMachine("").cores))); }

}  // namespace mayfly
