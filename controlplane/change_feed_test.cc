#include "controlplane/change_feed.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <map>
#include <thread>

#include "absl/strings/escaping.h"
#include "absl/synchronization/notification.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/reason.h"
#include "controlplane/sqlite_store.h"
#include "controlplane/testing_store.h"
#include "controlplane/testing_stream.h"
#include "controlplane/watch_cursor.h"

namespace mayfly::controlplane {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class ChangeFeedTest : public testing::Test {
 protected:
  explicit ChangeFeedTest(SqliteStore::Options options = {.data_dir = ":memory:"}) {
    auto store = SqliteStore::Open(options, clock_);
    EXPECT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    feed_ = std::make_unique<ChangeFeed>(*store_);
  }

  void Put(const std::string& id) {
    absl::Notification published;
    store_->Put(NewPut(Named(id), "source of " + id), [&](absl::StatusOr<PutResult> put) {
      ASSERT_TRUE(put.ok()) << put.status();
      feed_->Publish(PutMessage(put->function), put->sequence);
      published.Notify();
    });
    published.WaitForNotification();
  }

  void Delete(const std::string& id) {
    absl::Notification published;
    store_->Delete({.name = Named(id), .etag = ""}, [&](absl::StatusOr<int64_t> sequence) {
      ASSERT_TRUE(sequence.ok()) << sequence.status();
      feed_->Publish(DeletedMessage(Named(id)), *sequence);
      published.Notify();
    });
    published.WaitForNotification();
  }

  std::shared_ptr<TestingStream> Watch(const std::string& resume_token = "",
                                       std::shared_ptr<TestingStream> stream = std::make_shared<TestingStream>()) {
    call_ = std::make_shared<ServerCall>(absl::InfiniteFuture(), Metadata());
    v1::WatchFunctionsRequest request;
    request.set_resume_token(resume_token);
    feed_->Watch(call_, request, stream);
    return stream;
  }

  SystemClock clock_;
  std::unique_ptr<SqliteStore> store_;
  std::unique_ptr<ChangeFeed> feed_;
  std::shared_ptr<ServerCall> call_;  // of the last Watch
};

// Keeps three changes.
class ShortLogTest : public ChangeFeedTest {
 protected:
  ShortLogTest() : ChangeFeedTest({.data_dir = ":memory:", .changes_kept_max = 3}) {}
};

TEST_F(ChangeFeedTest, TellsTheStateThenEachChange) {
  Put("b");
  Put("a");
  Put("gone");
  Delete("gone");
  auto stream = Watch();
  EXPECT_THAT(stream->Await(3), ElementsAre("PUT a@1", "PUT b@1", "SYNCED"));
  Put("a");
  EXPECT_THAT(stream->Await(4).back(), "PUT a@2");
  Delete("b");
  EXPECT_THAT(stream->Await(5).back(), "DELETED b");
  const auto messages = stream->messages();
  EXPECT_EQ(messages[0].function().manifest().source(), "source of a");
  EXPECT_EQ(messages[3].function().manifest().source(), "source of a");
  EXPECT_EQ(messages[4].function().name(), "namespaces/default/functions/b");
  for (size_t i = 0; i < messages.size(); ++i) EXPECT_EQ(messages[i].resume_token().empty(), i < 2) << i;
}

TEST_F(ChangeFeedTest, TellsThatAnEmptyStoreIsSynced) { EXPECT_THAT(Watch()->Await(1), ElementsAre("SYNCED")); }

TEST_F(ChangeFeedTest, ResumesFromEachTokenWithTheLastOfEachFunction) {
  Put("a");
  auto stream = Watch();
  stream->Await(2);
  // Each told before the next is made: the log does not tell a revision that is no longer there when it is read.
  Put("b");
  stream->Await(3);
  Put("a");
  stream->Await(4);
  Put("a");
  stream->Await(5);
  Delete("b");
  stream->Await(6);
  const auto messages = stream->messages();
  EXPECT_THAT(Watch(messages[1].resume_token())->Await(3), ElementsAre("PUT a@3", "DELETED b", "SYNCED"));
  EXPECT_THAT(Watch(messages[4].resume_token())->Await(2), ElementsAre("DELETED b", "SYNCED"));
  auto up_to_date = Watch(messages[5].resume_token());
  EXPECT_THAT(up_to_date->Await(1), ElementsAre("SYNCED"));
  Put("c");
  EXPECT_THAT(up_to_date->Await(2), ElementsAre("SYNCED", "PUT c@1"));
}

TEST_F(ChangeFeedTest, ResumesTheSameStoreAfterARestart) {
  const std::string data_dir = NewFolder();
  feed_ = nullptr;
  store_ = *SqliteStore::Open({.data_dir = data_dir}, clock_);
  feed_ = std::make_unique<ChangeFeed>(*store_);
  Put("a");
  auto stream = Watch();
  stream->Await(2);
  const std::string token = stream->messages()[1].resume_token();
  feed_ = nullptr;
  store_ = nullptr;
  store_ = *SqliteStore::Open({.data_dir = data_dir}, clock_);
  feed_ = std::make_unique<ChangeFeed>(*store_);
  Put("b");
  EXPECT_THAT(Watch(token)->Await(2), ElementsAre("PUT b@1", "SYNCED"));
}

TEST_F(ChangeFeedTest, TellsTheWholeStateForATokenOfAnotherStore) {
  Put("a");
  const std::string id = store_->ReadLogBounds()->store_id;
  for (const std::string& token :
       {MakeResumeToken("another", 1), MakeResumeToken(id, 2), MakeResumeToken(id, -1), std::string("garbage"),
        std::string("\xFF\0", 2), absl::WebSafeBase64Escape(id + " x")}) {
    EXPECT_THAT(Watch(token)->Await(3), ElementsAre("RESET", "PUT a@1", "SYNCED"));
  }
  EXPECT_THAT(Watch(MakeResumeToken(id, 1))->Await(1), ElementsAre("SYNCED"));
}

TEST_F(ShortLogTest, TellsTheWholeStateForATokenThatIsTooOld) {
  for (int i = 0; i < 5; ++i) Put("a");
  const std::string id = store_->ReadLogBounds()->store_id;
  EXPECT_THAT(Watch(MakeResumeToken(id, 1))->Await(3), ElementsAre("RESET", "PUT a@5", "SYNCED"));
  EXPECT_THAT(Watch(MakeResumeToken(id, 2))->Await(2), ElementsAre("PUT a@5", "SYNCED"));
}

TEST_F(ShortLogTest, EndsAReaderThatFallsTooFarBehind) {
  auto stream = std::make_shared<TestingStream>();
  stream->Stall();
  Watch("", stream);
  stream->AwaitStall();
  for (int i = 0; i < 4; ++i) Put("a");
  stream->Resume();
  const absl::Status status = stream->AwaitFinish();
  EXPECT_EQ(status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ErrorReason(status), reason::kWatchTooSlow);
  EXPECT_THAT(stream->Await(1), ElementsAre("SYNCED"));
  // What it is told to do.
  EXPECT_THAT(Watch(stream->messages()[0].resume_token())->Await(3), ElementsAre("RESET", "PUT a@4", "SYNCED"));
}

TEST_F(ShortLogTest, WaitsForASlowReaderAndLosesNothing) {
  auto stream = std::make_shared<TestingStream>();
  stream->Stall();
  Watch("", stream);
  stream->AwaitStall();
  for (int i = 0; i < 3; ++i) Put("a");
  stream->Resume();
  EXPECT_THAT(stream->Await(4), ElementsAre("SYNCED", "PUT a@1", "PUT a@2", "PUT a@3"));
}

TEST_F(ChangeFeedTest, TellsAStateLargerThanABatchAtTheReadersPace) {
  for (int i = 0; i < 3 * kWatchBatchMax; ++i) Put(absl::StrCat("f", 1000 + i));
  auto stream = std::make_shared<TestingStream>();
  stream->Stall();
  Watch("", stream);
  stream->AwaitStall();
  EXPECT_EQ(stream->messages().size(), static_cast<size_t>(kWatchBatchMax));
  // Meanwhile the world goes on: one that was told, one that was not yet, one that goes before it is told.
  Put("f1000");
  Put("f1190");
  Delete("f1191");
  stream->Resume();
  const auto told = stream->Await(3 * kWatchBatchMax + 3);
  EXPECT_THAT(std::vector(told.end() - 5, told.end()),
              ElementsAre("PUT f1190@2", "PUT f1000@2", "PUT f1190@2", "DELETED f1191", "SYNCED"));
}

TEST_F(ChangeFeedTest, EndsWhenTheReaderCancels) {
  auto stream = Watch();
  stream->Await(1);
  call_->Cancel();
  EXPECT_EQ(stream->AwaitFinish().code(), absl::StatusCode::kCancelled);
}

TEST_F(ChangeFeedTest, EndsWhenAStalledReaderCancels) {
  auto stream = std::make_shared<TestingStream>();
  stream->Stall();
  Watch("", stream);
  stream->AwaitStall();
  call_->Cancel();
  EXPECT_EQ(stream->AwaitFinish().code(), absl::StatusCode::kCancelled);
}

TEST_F(ChangeFeedTest, EndsWhenTheReaderIsGone) {
  auto stream = Watch();
  stream->Await(1);
  stream->HangUp();
  Put("a");
  EXPECT_EQ(stream->AwaitFinish().code(), absl::StatusCode::kCancelled);
}

TEST_F(ChangeFeedTest, EndsAllStreamsAndRefusesNewOnes) {
  auto idle = Watch();
  idle->Await(1);
  auto stalled = std::make_shared<TestingStream>();
  stalled->Stall();
  Watch("", stalled);
  stalled->AwaitStall();
  feed_->EndStreams(MakeError(absl::StatusCode::kUnavailable, reason::kShuttingDown, "over"));
  for (const auto& stream : {idle, stalled, Watch()}) {
    const absl::Status status = stream->AwaitFinish();
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
    EXPECT_EQ(status.message(), "over");
  }
}

TEST_F(ChangeFeedTest, BoundsTheStreams) {
  std::vector<std::shared_ptr<TestingStream>> streams;
  for (size_t i = 0; i < kWatchersMax; ++i) streams.push_back(Watch());
  for (const auto& stream : streams) stream->Await(1);
  const absl::Status status = Watch()->AwaitFinish();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ErrorReason(status), reason::kOverloaded);
  Put("a");
  for (const auto& stream : streams) EXPECT_THAT(stream->Await(2), ElementsAre("SYNCED", "PUT a@1"));
}

TEST_F(ChangeFeedTest, TellsFollowersTheStateAndThenEachChangeBeforeItIsAnswered) {
  Put("a");
  std::vector<std::string> told;
  ASSERT_TRUE(feed_->Follow([&](const auto& message) { told.push_back(TestingStream::Told(message)); }).ok());
  EXPECT_THAT(told, ElementsAre("PUT a@1", "SYNCED"));
  Put("a");
  EXPECT_THAT(told, ElementsAre("PUT a@1", "SYNCED", "PUT a@2"));
  Delete("a");
  EXPECT_THAT(told, ElementsAre("PUT a@1", "SYNCED", "PUT a@2", "DELETED a"));
}

// Whoever begins to follow while others write misses nothing and sees no function go back.
TEST_F(ChangeFeedTest, LosesNothingAndNeverGoesBackWhileOthersWrite) {
  constexpr int kWrites = 300;
  absl::Notification begun;
  std::thread writer([&] {
    for (int i = 0; i < kWrites; ++i) {
      Put(absl::StrCat("f", i % 3));
      if (i == 30) begun.Notify();
    }
  });
  begun.WaitForNotification();
  std::map<std::string, int> followed;
  std::atomic<bool> went_back = false;
  const absl::Status status = feed_->Follow([&](const v1::WatchFunctionsResponse& message) {
    if (message.kind() != v1::WatchFunctionsResponse::PUT) return;
    int& revision = followed[message.function().id()];
    if (message.function().revision() < revision) went_back = true;
    revision = message.function().revision();
  });
  auto stream = Watch();
  writer.join();
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_FALSE(went_back);
  EXPECT_THAT(followed, ElementsAre(std::pair("f0", 100), std::pair("f1", 100), std::pair("f2", 100)));
  Put("last");
  std::map<std::string, int> watched;
  for (size_t seen = 0; watched["last"] == 0;) {
    stream->Await(seen + 1);
    for (const auto messages = stream->messages(); seen < messages.size(); ++seen) {
      if (messages[seen].kind() != v1::WatchFunctionsResponse::PUT) continue;
      int& revision = watched[messages[seen].function().id()];
      EXPECT_LE(revision, messages[seen].function().revision());
      revision = messages[seen].function().revision();
    }
  }
  EXPECT_THAT(watched,
              ElementsAre(std::pair("f0", 100), std::pair("f1", 100), std::pair("f2", 100), std::pair("last", 1)));
}

}  // namespace
}  // namespace mayfly::controlplane
