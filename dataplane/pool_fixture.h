// A pool with workers, time and calls that a test holds in its hands.
#ifndef MAYFLY_DATAPLANE_POOL_FIXTURE_H_
#define MAYFLY_DATAPLANE_POOL_FIXTURE_H_

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <utility>

#include "dataplane/fake_time.h"
#include "dataplane/fake_worker.h"
#include "dataplane/function_revision.h"
#include "dataplane/pool.h"
#include "dataplane/test_functions.h"

namespace mayfly::dataplane {

using Revision = std::shared_ptr<const FunctionRevision>;

// A call that keeps what the pool told it.
struct TestWaiter final : PoolWaiter {
  void OnWorker(Lease given) override { lease = std::move(given); }
  void OnLoadFailed(absl::StatusOr<runtime::LoadReply> given, Load) override {
    failure = given.ok() ? absl::UnknownError("it did not load") : given.status();
  }
  void OnRefused(absl::Status given) override { failure = std::move(given); }

  std::optional<Lease> lease;
  std::optional<absl::Status> failure;
};

class PoolFixture : public ::testing::Test {
 protected:
  // Most tests have room for two workers.
  explicit PoolFixture(PoolLimits limits = {.workers_max = 2, .queue_per_function_max = 4, .queue_max = 6})
      : limits_(limits) {}

  std::shared_ptr<TestWaiter> Acquire(const Revision& function, Retention retention = Retention::kPooled) {
    auto waiter = std::make_shared<TestWaiter>();
    status_ = pool().Acquire(function, retention, waiter);
    return waiter;
  }
  void Return(const std::shared_ptr<TestWaiter>& waiter, WorkerFate fate = WorkerFate::kSpent) {
    pool().Return(waiter->lease->slot, fate, [] {});
  }
  // One whole call on a worker that is made for it.
  void CallCold(const Revision& function) {
    const size_t index = workers_.size();
    auto call = Acquire(function);
    workers_.FinishStartAndLoad(index);
    Return(call);
    workers_.FinishPrepare(index);
  }

  Pool& pool() {
    if (pool_ == nullptr) pool_ = std::make_unique<Pool>(limits_, workers_, time_, time_);
    return *pool_;
  }

  PoolLimits limits_;
  FakeTime time_;
  FakeWorkers workers_;
  absl::Status status_;
  Revision a_ = MakeTestRevision("a");
  Revision b_ = MakeTestRevision("b");
  Revision c_ = MakeTestRevision("c");
  std::unique_ptr<Pool> pool_;
};

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_POOL_FIXTURE_H_
