#include "dataplane/function_watcher.h"

#include <grpcpp/channel.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <deque>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "dataplane/catalog.h"
#include "dataplane/fake_time.h"
#include "dataplane/function_revision.h"
#include "dataplane/grpc_function_source.h"
#include "dataplane/test_functions.h"
#include "mayfly/v1/function_service.grpc.pb.h"

namespace mayfly::dataplane {
namespace {

using Change = v1::WatchFunctionsResponse;
using State = FunctionWatcher::State;

// What one stream tells; then it ends, or stays open until it is cancelled.
struct Script {
  std::vector<Change> changes;
  enum class End { kFails, kStaysOpen } end = End::kFails;
};

class ScriptedStream final : public grpc::ServerWriteReactor<Change> {
 public:
  explicit ScriptedStream(Script script) : script_(std::move(script)) { Next(); }

  void OnWriteDone(bool ok) override {
    if (ok) Next();
  }
  void OnCancel() override { Finish(grpc::Status::CANCELLED); }
  void OnDone() override { delete this; }

 private:
  void Next() {
    if (next_ < script_.changes.size()) return StartWrite(&script_.changes[next_++]);
    if (script_.end == Script::End::kFails) Finish(grpc::Status(grpc::StatusCode::UNAVAILABLE, "restarting"));
  }

  Script script_;
  size_t next_ = 0;
};

class ScriptedService final : public v1::FunctionService::CallbackService {
 public:
  explicit ScriptedService(std::deque<Script> scripts) : scripts_(std::move(scripts)) {}

  grpc::ServerWriteReactor<Change>* WatchFunctions(grpc::CallbackServerContext* context,
                                                   const v1::WatchFunctionsRequest* request) override {
    absl::MutexLock lock(mutex_);
    tokens_.push_back(request->resume_token());
    const auto sent = context->client_metadata().find("authorization");
    if (sent != context->client_metadata().end())
      authorization_ = std::string(sent->second.data(), sent->second.size());
    Script script;
    if (!scripts_.empty()) {
      script = std::move(scripts_.front());
      scripts_.pop_front();
    }
    return new ScriptedStream(std::move(script));
  }

  std::vector<std::string> tokens() const {
    absl::MutexLock lock(mutex_);
    return tokens_;
  }
  std::string authorization() const {
    absl::MutexLock lock(mutex_);
    return authorization_;
  }

 private:
  mutable absl::Mutex mutex_;
  std::deque<Script> scripts_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> tokens_ ABSL_GUARDED_BY(mutex_);
  std::string authorization_ ABSL_GUARDED_BY(mutex_);
};

Change Put(const std::string& id, const std::string& token = "") {
  Change change;
  change.set_kind(Change::PUT);
  *change.mutable_function() = MakeTestFunction(id);
  change.set_resume_token(token);
  return change;
}

Change Synced(const std::string& token) {
  Change change;
  change.set_kind(Change::SYNCED);
  change.set_resume_token(token);
  return change;
}

class FunctionWatcherTest : public ::testing::Test {
 protected:
  void Serve(std::deque<Script> scripts) {
    service_ = std::make_unique<ScriptedService>(std::move(scripts));
    grpc::ServerBuilder builder;
    builder.RegisterService(service_.get());
    server_ = builder.BuildAndStart();
    const std::shared_ptr<grpc::Channel> channel = server_->InProcessChannel({});
    source_ = std::make_unique<GrpcFunctionSource>(channel, Metadata());
    catalog_ = std::make_unique<Catalog>(*source_, [](const FunctionRevision&) {});
    watcher_ = std::make_unique<FunctionWatcher>(
        channel, FunctionWatcher::Options{.metadata = {{"authorization", "Bearer t"}}}, *catalog_, time_, time_);
    watcher_->Start();
  }
  // Lets the pause before the next stream pass, and waits for that stream's end.
  absl::Duration NextStreamEnds() {
    const absl::Duration pause = time_.AwaitScheduled();
    time_.Advance(pause);
    time_.AwaitScheduled();
    return pause;
  }
  bool Knows(const std::string& id) { return catalog_->Find({kDefaultNamespace, id}, 0) != nullptr; }

  FakeTime time_;
  std::unique_ptr<ScriptedService> service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<GrpcFunctionSource> source_;
  std::unique_ptr<Catalog> catalog_;
  std::unique_ptr<FunctionWatcher> watcher_;
};

TEST_F(FunctionWatcherTest, TellsTheCatalogAndEndsWhileItsStreamIsOpen) {
  Serve({{.changes = {Put("a"), Synced("1")}, .end = Script::End::kStaysOpen}});
  while (watcher_->state() != State::kSynced) std::this_thread::yield();
  EXPECT_TRUE(Knows("a"));
  EXPECT_TRUE(catalog_->synced());
  EXPECT_EQ(service_->authorization(), "Bearer t");
  watcher_.reset();
}

TEST_F(FunctionWatcherTest, ServesWhatItKnowsWhileTheStreamIsAwayAndResumesWithTheLastToken) {
  Serve({{.changes = {Put("a"), Synced("1"), Put("b", "2")}}, {.changes = {Put("c", "3"), Synced("3")}}});
  time_.AwaitScheduled();
  EXPECT_EQ(watcher_->state(), State::kAway);
  EXPECT_TRUE(Knows("a"));
  EXPECT_TRUE(Knows("b"));
  NextStreamEnds();
  EXPECT_TRUE(Knows("a"));
  EXPECT_TRUE(Knows("c"));
  EXPECT_EQ(service_->tokens(), (std::vector<std::string>{"", "2"}));
}

TEST_F(FunctionWatcherTest, AStreamThatBeganAnewEndsWhatItDidNotTell) {
  Serve({{.changes = {Put("a"), Put("b")}}, {.changes = {Put("b"), Synced("1")}}});
  time_.AwaitScheduled();
  EXPECT_TRUE(Knows("a"));
  EXPECT_FALSE(catalog_->synced());
  NextStreamEnds();
  EXPECT_FALSE(Knows("a"));
  EXPECT_TRUE(Knows("b"));
  EXPECT_EQ(service_->tokens(), (std::vector<std::string>{"", ""}));
}

TEST_F(FunctionWatcherTest, ATokenThatIsTooOldIsForgotten) {
  Change reset;
  reset.set_kind(Change::RESET);
  Serve({{.changes = {Put("a"), Synced("1")}}, {.changes = {reset, Put("b")}}, {}});
  time_.AwaitScheduled();
  NextStreamEnds();
  NextStreamEnds();
  EXPECT_EQ(service_->tokens(), (std::vector<std::string>{"", "1", ""}));
  EXPECT_TRUE(Knows("a"));  // no state has been told to its end since
}

TEST_F(FunctionWatcherTest, ThePauseDoublesUntilAStreamTellsSomething) {
  Serve({{}, {}, {}, {.changes = {Put("a")}}});
  time_.AwaitScheduled();
  EXPECT_EQ(NextStreamEnds(), kWatchRetryMin);
  EXPECT_EQ(NextStreamEnds(), kWatchRetryMin * 2);
  EXPECT_EQ(NextStreamEnds(), kWatchRetryMin * 4);
  EXPECT_EQ(NextStreamEnds(), kWatchRetryMin);
  for (int i = 0; i < 8; ++i) NextStreamEnds();
  EXPECT_EQ(NextStreamEnds(), kWatchRetryMax);
}

TEST_F(FunctionWatcherTest, AWatcherThatWaitsForItsNextStreamEndsToo) {
  Serve({});
  time_.AwaitScheduled();
  watcher_.reset();
  EXPECT_EQ(time_.scheduled(), 0u);
  EXPECT_EQ(service_->tokens().size(), 1u);
}

}  // namespace
}  // namespace mayfly::dataplane
