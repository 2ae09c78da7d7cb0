// The memory caps of the pool's workers together.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "base/error.h"
#include "base/limits.h"
#include "dataplane/pool_fixture.h"
#include "mayfly/v1/function.pb.h"

namespace mayfly::dataplane {
namespace {

constexpr int64_t kMib = static_cast<int64_t>(kMiB);

Revision MakeRevision(const std::string& id, int memory_limit_mib) {
  v1::Function function = MakeTestFunction(id);
  function.mutable_manifest()->set_memory_limit_mib(memory_limit_mib);
  return *MakeFunctionRevision(function);
}

class PoolMemoryTest : public PoolFixture {
 protected:
  PoolMemoryTest() : PoolFixture({.workers_max = 100, .memory_budget_bytes = 300 * kMib}) {}
};

TEST_F(PoolMemoryTest, AFunctionWhoseCapIsLargerThanTheBudgetIsRefused) {
  auto call = Acquire(MakeRevision("large", 301));
  EXPECT_EQ(status_.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ErrorReason(status_), "MEMORY_BUDGET_EXCEEDED");
  EXPECT_EQ(status_.message(),
            "The memoryLimitMib of 'large', 301, is more than the 300 MiB that all workers of this server may have "
            "together. Lower it, or run the server with more memory or a larger --max-worker-memory.");
  EXPECT_EQ(workers_.size(), 0u);
  EXPECT_EQ(pool().stats().waiting, 0);
}

TEST_F(PoolMemoryTest, ASourceThatIsRunWithoutBeingStoredIsRefusedAsWell) {
  Acquire(MakeRevision("large", 301), Retention::kThrowAway);
  EXPECT_EQ(ErrorReason(status_), "MEMORY_BUDGET_EXCEEDED");
}

TEST_F(PoolMemoryTest, AFunctionMayHaveAllOfIt) {
  auto all = Acquire(MakeRevision("all", 300));
  auto other = Acquire(a_);
  EXPECT_EQ(workers_.size(), 1u);
  EXPECT_EQ(pool().stats().memory_bytes, 300 * kMib);
  workers_.FinishStartAndLoad(0);
  Return(all);
  EXPECT_EQ(workers_.size(), 2u);
  EXPECT_EQ(pool().stats().memory_bytes, 128 * kMib);
  workers_.FinishStartAndLoad(1);
  EXPECT_TRUE(other->lease.has_value());
}

TEST_F(PoolMemoryTest, IdleWorkersAndThrowAwaysCount) {
  CallCold(a_);
  auto run = Acquire(MakeTestRevision("x"), Retention::kThrowAway);
  EXPECT_EQ(pool().stats().memory_bytes, 256 * kMib);
  auto another = Acquire(MakeTestRevision("y"), Retention::kThrowAway);
  EXPECT_FALSE(workers_[0].alive);  // it idled
  EXPECT_EQ(pool().stats().memory_bytes, 256 * kMib);
  Acquire(MakeTestRevision("z"), Retention::kThrowAway);
  EXPECT_EQ(workers_.size(), 3u);
}

TEST_F(PoolMemoryTest, AWorkerStartsWhenThoseThatEndHaveGone) {
  workers_.set_linger();
  auto all = Acquire(MakeRevision("all", 300));
  auto first = Acquire(a_);
  auto second = Acquire(b_);
  workers_.FinishStartAndLoad(0);
  Return(all, WorkerFate::kDead);
  EXPECT_FALSE(workers_[0].alive);
  EXPECT_EQ(pool().stats().memory_bytes, 256 * kMib);  // as decided
  EXPECT_EQ(workers_.size(), 1u);                      // as is
  workers_.FinishExit(0);
  ASSERT_EQ(workers_.size(), 3u);
  workers_.FinishStartAndLoad(1);
  workers_.FinishStartAndLoad(2);
  EXPECT_TRUE(first->lease.has_value());
  EXPECT_TRUE(second->lease.has_value());
}

TEST_F(PoolMemoryTest, AStartThatNobodyAnswersKeepsNoMemory) {
  const Revision run = MakeRevision("run", 300);
  auto left = Acquire(run, Retention::kThrowAway);
  auto call = Acquire(a_);
  EXPECT_EQ(workers_.size(), 1u);
  EXPECT_EQ(pool().Withdraw(*run, *left), Pool::Withdrawn::kFromLoading);
  ASSERT_EQ(workers_.size(), 2u);  // and the first has not been answered
  workers_.FinishStartAndLoad(1);
  EXPECT_TRUE(call->lease.has_value());
  workers_.FinishStart(0);
  EXPECT_FALSE(workers_[0].alive);
}

TEST_F(PoolMemoryTest, AWorkerThatNobodyNeedsAnyMoreDoesNotStart) {
  workers_.set_linger();
  auto all = Acquire(MakeRevision("all", 300));
  const Revision run = MakeTestRevision("x");
  auto left = Acquire(run, Retention::kThrowAway);
  auto stays = Acquire(b_);
  workers_.FinishStartAndLoad(0);
  Return(all, WorkerFate::kDead);
  EXPECT_EQ(pool().Withdraw(*run, *left), Pool::Withdrawn::kFromLoading);
  workers_.FinishExit(0);
  ASSERT_EQ(workers_.size(), 2u);
  EXPECT_EQ(workers_[1].load.function_id, "");
  workers_.FinishStartAndLoad(1);
  EXPECT_TRUE(stays->lease.has_value());
}

// What a machine with a cgroup of 1 GiB gives its workers, and what they are given whatever is called in whatever
// order.
class MachineMemoryTest : public PoolFixture, public ::testing::WithParamInterface<std::tuple<unsigned, Renewal>> {
 protected:
  static constexpr int64_t kBudget = 768 * kMib;

  MachineMemoryTest() : PoolFixture(LimitsOfAMachine()), random_(std::get<0>(GetParam())) {
    workers_.set_renewal(std::get<1>(GetParam()));
    workers_.set_linger();
    for (const int mib : {32, 64, 128, 256, 512, 768, 1024}) {
      functions_.push_back(MakeRevision("f" + std::to_string(mib), mib));
    }
  }

  static PoolLimits LimitsOfAMachine() {
    const std::string root = std::string(::testing::TempDir()) + "machine_memory_test";
    Write(root + "/proc/meminfo", "MemTotal:       16777216 kB\n");
    Write(root + "/proc/self/cgroup", "0::/pod\n");
    Write(root + "/sys/fs/cgroup/pod/memory.max", "1073741824\n");
    PoolLimits limits = DefaultPoolLimits(ProbeMachine(root));
    EXPECT_EQ(limits.memory_budget_bytes, kBudget);
    limits.workers_max = 100;
    return limits;
  }
  static void Write(const std::string& path, const std::string& text) {
    std::filesystem::create_directories(std::filesystem::path(path).parent_path());
    std::ofstream(path) << text;
  }

  size_t Draw(size_t end) { return std::uniform_int_distribution<size_t>(0, end - 1)(random_); }

  void CallSome() {
    const size_t which = Draw(functions_.size());
    const bool is_run = Draw(4) == 0;
    const Revision function = is_run ? MakeRevision("run", static_cast<int>(32 << Draw(5))) : functions_[which];
    auto call = Acquire(function, is_run ? Retention::kThrowAway : Retention::kPooled);
    if (!status_.ok()) return;
    calls_.push_back(std::move(call));
    called_.push_back(function);
  }
  void ReturnSome() {
    for (size_t i = 0; i < calls_.size(); ++i) {
      if (!calls_[i]->lease.has_value()) continue;
      const auto fate = static_cast<WorkerFate>(Draw(5));
      Return(calls_[i], fate);
      return Drop(i);
    }
  }
  void WithdrawSome() {
    if (calls_.empty()) return;
    const size_t i = Draw(calls_.size());
    if (!calls_[i]->lease.has_value()) pool().Withdraw(*called_[i], *calls_[i]);
    if (!calls_[i]->lease.has_value()) Drop(i);
  }
  void Drop(size_t i) {
    calls_.erase(calls_.begin() + static_cast<ptrdiff_t>(i));
    called_.erase(called_.begin() + static_cast<ptrdiff_t>(i));
  }
  // Whatever a worker owes.
  void FinishSome() {
    if (workers_.size() == 0) return;
    const size_t i = Draw(workers_.size());
    FakeProcess& process = workers_[i];
    if (!process.alive && process.starting == nullptr && process.has_memory) {
      workers_.FinishExit(i);
    } else if (process.starting != nullptr) {
      workers_.FinishStart(i);
    } else if (process.loading != nullptr && Draw(4) == 0) {
      workers_.FinishLoad(i, absl::ResourceExhaustedError("too much"));
    } else if (process.loading != nullptr) {
      workers_.FinishLoad(i);
    } else if (process.preparing != nullptr) {
      workers_.FinishPrepare(i, Draw(4) == 0 ? absl::InternalError("no") : absl::OkStatus());
    }
  }

  // The caps of all processes that live, or still have their memory.
  int64_t CapsOfProcesses() {
    int64_t sum = 0;
    for (const auto& process : workers_.processes) {
      if (process->has_memory && process->starting == nullptr) sum += process->memory_limit_bytes;
    }
    return sum;
  }

  std::mt19937 random_;
  std::vector<Revision> functions_;
  std::vector<std::shared_ptr<TestWaiter>> calls_;
  std::vector<Revision> called_;  // beside calls_
};

TEST_P(MachineMemoryTest, IsNeverExceededWhateverComesInWhateverOrder) {
  size_t most = 0;
  for (int step = 0; step < 3000; ++step) {
    switch (Draw(6)) {
      case 0:
      case 1:
        CallSome();
        break;
      case 2:
        ReturnSome();
        break;
      case 3:
        WithdrawSome();
        break;
      case 4:
        FinishSome();
        break;
      case 5:
        time_.Advance(absl::Milliseconds(static_cast<int64_t>(Draw(60))));
        break;
    }
    ASSERT_LE(pool().stats().memory_bytes, kBudget) << step;
    ASSERT_LE(CapsOfProcesses(), kBudget) << step;
    most = std::max(most, static_cast<size_t>(pool().stats().memory_bytes));
  }
  EXPECT_EQ(most, static_cast<size_t>(kBudget));  // it has been used up, so it was the bound that held
}

INSTANTIATE_TEST_SUITE_P(Orders, MachineMemoryTest,
                         ::testing::Combine(::testing::Range(0u, 20u),
                                            ::testing::Values(Renewal::kPrepare, Renewal::kItself)));

}  // namespace
}  // namespace mayfly::dataplane
