// Many calls on many threads, with workers that answer on others: for the sanitizers, and for what only a race shows.
#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <cstdint>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/mutex.h"
#include "base/clock.h"
#include "dataplane/asio_timer_queue.h"
#include "dataplane/function_revision.h"
#include "dataplane/invocation.h"
#include "dataplane/pool.h"
#include "dataplane/test_functions.h"
#include "dataplane/worker.h"

namespace mayfly::dataplane {
namespace {

constexpr int kThreads = 4;
constexpr int kCallsPerThread = 500;

// Answers each request on the executor: its event says how. A worker that has been killed or destroyed answers no more.
class PostingWorker final : public Worker {
 public:
  explicit PostingWorker(boost::asio::io_context& context) : context_(context), life_(std::make_shared<Life>()) {}
  ~PostingWorker() override {
    absl::MutexLock lock(life_->mutex);
    life_->destroyed = true;
  }

  void Load(const runtime::LoadRequest&, LoadDone done) override {
    Post([done = std::move(done)]() mutable { std::move(done)(runtime::LoadReply(), {}); });
  }
  void Run(const runtime::RunRequest& call, RunDone done) override {
    if (call.event == "\"hang\"") {
      absl::MutexLock lock(life_->mutex);
      life_->hanging = std::move(done);
    } else if (call.event == "\"crash\"") {
      Post([done = std::move(done)]() mutable { std::move(done)(absl::InternalError("crash"), {}); });
    } else {
      Post([done = std::move(done)]() mutable { std::move(done)(runtime::RunReply{.result = "1"}, {}); });
    }
  }
  void Prepare(PrepareDone done) override {
    Post([done = std::move(done)]() mutable { std::move(done)(absl::OkStatus()); });
  }
  void Kill() override {
    absl::MutexLock lock(life_->mutex);
    if (!life_->hanging) return;
    boost::asio::post(context_, [life = life_, done = std::exchange(life_->hanging, nullptr)]() mutable {
      if (!life->IsDestroyed()) std::move(done)(absl::CancelledError(), {});
    });
  }
  absl::Duration CpuTime() override { return absl::ZeroDuration(); }
  bool HasEnded() const override { return false; }
  int32_t pid() const override { return 1; }

 private:
  struct Life {
    bool IsDestroyed() {
      absl::MutexLock lock(mutex);
      return destroyed;
    }
    absl::Mutex mutex;
    bool destroyed ABSL_GUARDED_BY(mutex) = false;
    RunDone hanging ABSL_GUARDED_BY(mutex);
  };

  template <typename Done>
  void Post(Done done) {
    boost::asio::post(context_, [life = life_, done = std::move(done)]() mutable {
      if (!life->IsDestroyed()) done();
    });
  }

  boost::asio::io_context& context_;
  const std::shared_ptr<Life> life_;
};

class PostingWorkers final : public WorkerFactory {
 public:
  explicit PostingWorkers(boost::asio::io_context& context) : context_(context) {}

  Renewal renewal() const override { return Renewal::kPrepare; }

  void Start(runtime::Language, int64_t, MemoryGate::Reservation reservation, StartDone done) override {
    boost::asio::post(context_, [this, reservation = std::move(reservation), done = std::move(done)]() mutable {
      std::move(done)(std::make_unique<PostingWorker>(context_));
    });
  }

 private:
  boost::asio::io_context& context_;
};

TEST(InvocationThreadsTest, EveryCallIsAnsweredOnceAndNothingIsLeftBehind) {
  boost::asio::io_context context;
  auto work = std::make_optional(boost::asio::make_work_guard(context));
  SystemClock clock;
  AsioTimerQueue timers(context.get_executor());
  PostingWorkers workers(context);
  Pool pool(PoolLimits{.workers_max = 3, .queue_per_function_max = 8, .worker_calls_max = 20}, workers, timers, clock);
  const std::vector<std::shared_ptr<const FunctionRevision>> functions = {MakeTestRevision("a"), MakeTestRevision("b"),
                                                                          MakeTestRevision("c")};
  std::vector<std::thread> io;
  for (int i = 0; i < 2; ++i) io.emplace_back([&] { context.run(); });

  absl::BlockingCounter answered(kThreads * kCallsPerThread);
  std::atomic<int> returned = 0;
  const auto call_many = [&](int seed) {
    for (int i = 0; i < kCallsPerThread; ++i) {
      const int kind = (seed + i * 7) % 20;
      const Purpose purpose = kind == 3 ? Purpose::kRun : Purpose::kInvoke;
      const std::shared_ptr<const FunctionRevision> function =
          purpose == Purpose::kRun ? MakeTestRevision("thrown-away")
                                   : functions[static_cast<size_t>(i + seed) % functions.size()];
      auto call = std::make_shared<Invocation>(
          Invocation::Options{
              .function = function,
              .purpose = purpose,
              .event = kind == 0   ? "\"hang\""
                       : kind == 1 ? "\"crash\""
                                   : "{}",
              .invocation_id = "id",
              .arrival = clock.Monotonic(),
              .due = clock.Monotonic() + (kind < 3 ? absl::Milliseconds(2) : absl::Minutes(1)),
          },
          pool, timers, clock, [&](absl::Status status, std::string, CallReport) {
            if (status.ok()) ++returned;
            answered.DecrementCount();
          });
      call->Start();
      if (kind == 4) call->Cancel();
      if (kind == 5) pool.Retire(*function);
    }
  };
  std::vector<std::thread> callers;
  for (int i = 0; i < kThreads; ++i) callers.emplace_back(call_many, i);
  answered.Wait();
  for (std::thread& thread : callers) thread.join();
  EXPECT_GT(returned, 0);
  EXPECT_EQ(pool.stats().waiting, 0);
  EXPECT_LE(pool.stats().workers, 3);
  work.reset();
  context.stop();
  for (std::thread& thread : io) thread.join();
}

}  // namespace
}  // namespace mayfly::dataplane
