#include "controlplane/sqlite_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <filesystem>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/reason.h"
#include "controlplane/testing_sqlite_store.h"
#include "controlplane/testing_store.h"

namespace mayfly::controlplane {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

using SqliteStoreTest = SqliteStoreTestBase;

std::vector<std::string> Ids(const std::vector<v1::Function>& functions) {
  std::vector<std::string> ids;
  for (const v1::Function& function : functions) ids.push_back(function.id());
  return ids;
}

std::vector<int> Revisions(const std::vector<v1::Function>& functions) {
  std::vector<int> revisions;
  for (const v1::Function& function : functions) revisions.push_back(function.revision());
  return revisions;
}

// "1 a@1" for a put, "2 a gone" for a deletion.
std::vector<std::string> Told(const ChangePage& page) {
  std::vector<std::string> told;
  for (const Change& change : page.changes) {
    const std::string what = change.function.has_value() ? absl::StrCat("@", change.function->revision()) : " gone";
    told.push_back(absl::StrCat(change.sequence, " ", change.name.function_id, what));
  }
  return told;
}

TEST_F(SqliteStoreTest, StoresAllOfARevision) {
  auto store = Open();
  PutRequest request = NewPut({"team", "greet"}, "source", PutMode::kCreate);
  (*request.manifest.mutable_dependencies())["b"].set_source("2");
  (*request.manifest.mutable_dependencies())["a"].set_source("1");
  request.content_sha256 = std::string(64, 'c');
  const auto put = PutAndWait(*store, request);
  ASSERT_TRUE(put.ok()) << put.status();
  EXPECT_TRUE(put->created);
  EXPECT_EQ(put->sequence, 1);
  const auto full = store->Get({"team", "greet"}, 0, Detail::kFull);
  ASSERT_TRUE(full.ok()) << full.status();
  EXPECT_EQ(full->name(), "namespaces/team/functions/greet");
  EXPECT_EQ(full->id(), "greet");
  EXPECT_EQ(full->language_id(), "js");
  EXPECT_EQ(full->function_name(), "handler");
  EXPECT_FALSE(full->js_eval_as_module());
  EXPECT_THAT(full->dependencies(), ElementsAre("a", "b"));
  EXPECT_EQ(full->revision(), 1);
  EXPECT_EQ(full->content_sha256(), std::string(64, 'c'));
  EXPECT_EQ(full->etag(), "1-cccccccccccccccc");
  EXPECT_EQ(full->create_time().seconds(), 1'700'000'000);
  EXPECT_EQ(full->create_time().nanos(), 123'456'000);
  EXPECT_EQ(full->update_time().nanos(), 123'456'000);
  EXPECT_EQ(full->timeout_millis(), 5000);
  EXPECT_EQ(full->memory_limit_mib(), 128);
  EXPECT_EQ(full->manifest().SerializeAsString().size(), request.manifest.SerializeAsString().size());
  EXPECT_EQ(full->manifest().dependencies().at("b").source(), "2");
  EXPECT_EQ(put->function.manifest().source(), "source");
  EXPECT_EQ(put->function.etag(), full->etag());
  EXPECT_FALSE(store->Get({"team", "greet"}, 0, Detail::kBasic)->has_manifest());
}

TEST_F(SqliteStoreTest, CountsRevisionsAndKeepsWhenTheFirstWasMade) {
  auto store = Open();
  ASSERT_TRUE(PutAndWait(*store, NewPut(Named("f"), "one")).ok());
  clock_.now += absl::Seconds(5);
  const auto second = PutAndWait(*store, NewPut(Named("f"), "two"));
  ASSERT_TRUE(second.ok()) << second.status();
  EXPECT_FALSE(second->created);
  EXPECT_EQ(second->function.revision(), 2);
  EXPECT_EQ(second->function.create_time().seconds(), 1'700'000'000);
  EXPECT_EQ(second->function.update_time().seconds(), 1'700'000'005);
  EXPECT_EQ(store->Get(Named("f"), 1, Detail::kFull)->manifest().source(), "one");
  EXPECT_EQ(store->Get(Named("f"), 2, Detail::kFull)->manifest().source(), "two");
}

TEST_F(SqliteStoreTest, MakesANewRevisionOfTheSameContentToo) {
  auto store = Open();
  const auto first = PutAndWait(*store, NewPut(Named("f"), "same"));
  const auto second = PutAndWait(*store, NewPut(Named("f"), "same"));
  EXPECT_EQ(second->function.revision(), 2);
  EXPECT_EQ(second->function.content_sha256(), first->function.content_sha256());
  EXPECT_NE(second->function.etag(), first->function.etag());
}

TEST_F(SqliteStoreTest, KeepsNamespacesApart) {
  auto store = Open();
  ASSERT_TRUE(PutAndWait(*store, NewPut({"a", "f"}, "in a", PutMode::kCreate)).ok());
  ASSERT_TRUE(PutAndWait(*store, NewPut({"b", "f"}, "in b", PutMode::kCreate)).ok());
  ASSERT_TRUE(DeleteAndWait(*store, {"a", "f"}).ok());
  EXPECT_EQ(store->Get({"b", "f"}, 0, Detail::kFull)->manifest().source(), "in b");
  ExpectError(store->Get({"a", "f"}, 0, Detail::kFull).status(), absl::StatusCode::kNotFound, reason::kFunctionNotFound,
              "no function 'f' in the namespace 'a'");
}

TEST_F(SqliteStoreTest, ChecksItsConditions) {
  auto store = Open();
  ExpectError(PutAndWait(*store, NewPut(Named("f"), "", PutMode::kUpdate)).status(), absl::StatusCode::kNotFound,
              reason::kFunctionNotFound, "no function 'f' in the namespace 'default'");
  ExpectError(PutAndWait(*store, NewPut(Named("f"), "", PutMode::kDeploy, "1-x")).status(), absl::StatusCode::kAborted,
              reason::kEtagMismatch, "function 'f' is gone, not '1-x'; get it again and decide anew");
  const auto first = PutAndWait(*store, NewPut(Named("f"), "", PutMode::kCreate));
  ASSERT_TRUE(first.ok()) << first.status();
  const std::string etag = first->function.etag();
  ExpectError(PutAndWait(*store, NewPut(Named("f"), "", PutMode::kCreate)).status(), absl::StatusCode::kAlreadyExists,
              reason::kFunctionExists,
              "function 'f' is there already, at revision 1; deploy or update it to make a new revision");
  const std::string mismatch =
      "function 'f' is at revision 1 with the etag '" + etag + "', not '1-x'; get it again and decide anew";
  ExpectError(PutAndWait(*store, NewPut(Named("f"), "", PutMode::kUpdate, "1-x")).status(), absl::StatusCode::kAborted,
              reason::kEtagMismatch, mismatch);
  ExpectError(DeleteAndWait(*store, Named("f"), "1-x").status(), absl::StatusCode::kAborted, reason::kEtagMismatch,
              mismatch);
  EXPECT_EQ(store->Get(Named("f"), 0, Detail::kBasic)->revision(), 1);
  EXPECT_TRUE(PutAndWait(*store, NewPut(Named("f"), "", PutMode::kUpdate, etag)).ok());
  EXPECT_TRUE(DeleteAndWait(*store, Named("f"), store->Get(Named("f"), 0, Detail::kBasic)->etag()).ok());
  ExpectError(DeleteAndWait(*store, Named("f")).status(), absl::StatusCode::kNotFound, reason::kFunctionNotFound,
              "no function 'f' in the namespace 'default'");
}

TEST_F(SqliteStoreTest, KeepsEverythingAcrossAReopen) {
  {
    auto store = Open();
    for (int i = 0; i < 3; ++i) ASSERT_TRUE(PutAndWait(*store, NewPut(Named("f"), absl::StrCat(i))).ok());
    ASSERT_TRUE(PutAndWait(*store, NewPut(Named("gone"), "")).ok());
    ASSERT_TRUE(DeleteAndWait(*store, Named("gone")).ok());
  }
  auto store = Open();
  EXPECT_THAT(Revisions(*store->ListRevisions(Named("f"), INT32_MAX, 100, Detail::kBasic)), ElementsAre(3, 2, 1));
  EXPECT_EQ(store->Get(Named("f"), 2, Detail::kFull)->manifest().source(), "1");
  EXPECT_EQ(store->Get(Named("gone"), 0, Detail::kBasic).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(store->ReadLogBounds()->last_position, 5);
}

TEST_F(SqliteStoreTest, LetsOneOfManyConcurrentCreatorsWin) {
  auto store = Open();
  std::atomic<int> won = 0, exists = 0;
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      const absl::Status status = PutAndWait(*store, NewPut(Named("f"), "", PutMode::kCreate)).status();
      ++(status.ok() ? won : exists);
      EXPECT_EQ(ErrorReason(status), status.ok() ? "" : reason::kFunctionExists);
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(won, 1);
  EXPECT_EQ(exists, 7);
}

TEST_F(SqliteStoreTest, GivesConcurrentDeploysDistinctRevisionsAndAnswersInCommitOrder) {
  auto store = Open();
  absl::BlockingCounter answered(200);
  std::vector<int64_t> sequences;  // written on the store's one thread
  std::vector<std::thread> threads;
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&] {
      for (int j = 0; j < 50; ++j) {
        store->Put(NewPut(Named("f"), ""), [&](absl::StatusOr<PutResult> put) {
          ASSERT_TRUE(put.ok()) << put.status();
          EXPECT_EQ(put->function.revision(), put->sequence);
          sequences.push_back(put->sequence);
          answered.DecrementCount();
        });
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  answered.Wait();
  ASSERT_EQ(sequences.size(), 200u);
  for (size_t i = 0; i < sequences.size(); ++i) EXPECT_EQ(sequences[i], static_cast<int64_t>(i + 1));
}

TEST_F(SqliteStoreTest, KeepsTheLastHundredRevisionsAndNamesThem) {
  auto store = Open();
  for (int i = 1; i <= 103; ++i) ASSERT_TRUE(PutAndWait(*store, NewPut(Named("f"), absl::StrCat(i))).ok());
  const auto revisions = store->ListRevisions(Named("f"), INT32_MAX, 1000, Detail::kBasic);
  ASSERT_EQ(revisions->size(), 100u);
  EXPECT_EQ(revisions->front().revision(), 103);
  EXPECT_EQ(revisions->back().revision(), 4);
  EXPECT_EQ(store->Get(Named("f"), 4, Detail::kFull)->manifest().source(), "4");
  ExpectError(store->Get(Named("f"), 3, Detail::kBasic).status(), absl::StatusCode::kNotFound,
              reason::kFunctionNotFound, "no revision 3 of function 'f'; kept are 4 to 103");
  ExpectError(store->Get(Named("g"), 3, Detail::kBasic).status(), absl::StatusCode::kNotFound,
              reason::kFunctionNotFound, "no function 'g' in the namespace 'default'");
}

TEST_F(SqliteStoreTest, ListsInTheOrderOfIdsPageByPage) {
  auto store = Open();
  for (const char* id : {"b", "a", "c", "B"}) ASSERT_TRUE(PutAndWait(*store, NewPut(Named(id), "x")).ok());
  ASSERT_TRUE(PutAndWait(*store, NewPut({"other", "aa"}, "x")).ok());
  EXPECT_THAT(Ids(*store->List("default", "", 2, Detail::kBasic)), ElementsAre("B", "a"));
  const auto rest = store->List("default", "a", 1000, Detail::kFull);
  EXPECT_THAT(Ids(*rest), ElementsAre("b", "c"));
  EXPECT_EQ((*rest)[0].manifest().source(), "x");
  EXPECT_THAT(*store->List("empty", "", 1000, Detail::kBasic), IsEmpty());
}

TEST_F(SqliteStoreTest, PagesRevisionsNewestFirst) {
  auto store = Open();
  for (int i = 0; i < 3; ++i) ASSERT_TRUE(PutAndWait(*store, NewPut(Named("f"), "")).ok());
  EXPECT_THAT(Revisions(*store->ListRevisions(Named("f"), INT32_MAX, 2, Detail::kBasic)), ElementsAre(3, 2));
  EXPECT_THAT(Revisions(*store->ListRevisions(Named("f"), 2, 2, Detail::kBasic)), ElementsAre(1));
  ExpectError(store->ListRevisions(Named("g"), INT32_MAX, 2, Detail::kBasic).status(), absl::StatusCode::kNotFound,
              reason::kFunctionNotFound, "no function 'g' in the namespace 'default'");
}

TEST_F(SqliteStoreTest, NamesTheNearestIdsOfTheSameNamespace) {
  auto store = Open();
  for (const char* id : {"greet", "great", "other"}) ASSERT_TRUE(PutAndWait(*store, NewPut(Named(id), "")).ok());
  ASSERT_TRUE(PutAndWait(*store, NewPut({"else", "greeet"}, "")).ok());
  ExpectError(store->Get(Named("gret"), 0, Detail::kBasic).status(), absl::StatusCode::kNotFound,
              reason::kFunctionNotFound,
              "no function 'gret' in the namespace 'default'; did you mean 'greet' or 'great'?");
}

TEST_F(SqliteStoreTest, EndsAPageWhenItsFunctionsHoldMoreThanAPage) {
  auto store = Open();
  for (const char* id : {"a", "b", "c"}) {
    ASSERT_TRUE(PutAndWait(*store, NewPut(Named(id), std::string(kPageBytesMax / 5 * 2, 'x'))).ok());
  }
  EXPECT_THAT(Ids(*store->List("default", "", 1000, Detail::kFull)), ElementsAre("a", "b"));
  EXPECT_THAT(Ids(*store->List("default", "", 1000, Detail::kBasic)), ElementsAre("a", "b", "c"));
  EXPECT_THAT(Ids(store->ReadState({}, 1000)->functions), ElementsAre("a", "b"));
  const auto page = store->ReadChanges(0, 1000, ChangeOrder::kEach);
  EXPECT_THAT(Told(*page), ElementsAre("1 a@1", "2 b@1"));
  EXPECT_EQ(page->position, 2);
}

TEST_F(SqliteStoreTest, BoundsTheNumberOfFunctions) {
  auto store = Open({.data_dir = data_dir_, .functions_max = 2});
  ASSERT_TRUE(PutAndWait(*store, NewPut(Named("a"), "")).ok());
  ASSERT_TRUE(PutAndWait(*store, NewPut({"other", "b"}, "")).ok());
  ExpectError(PutAndWait(*store, NewPut(Named("c"), "")).status(), absl::StatusCode::kResourceExhausted,
              reason::kFunctionsExhausted,
              "the store holds 2 functions, as many as it takes (--max-functions=2); delete some first");
  EXPECT_TRUE(PutAndWait(*store, NewPut(Named("a"), "again")).ok());
  ASSERT_TRUE(DeleteAndWait(*store, Named("a")).ok());
  EXPECT_TRUE(PutAndWait(*store, NewPut(Named("c"), "")).ok());
}

TEST_F(SqliteStoreTest, NeverGivesARememberedRevisionToOtherContent) {
  auto store = Open();
  for (int i = 0; i < 2; ++i) ASSERT_TRUE(PutAndWait(*store, NewPut(Named("f"), "")).ok());
  ASSERT_TRUE(DeleteAndWait(*store, Named("f")).ok());
  clock_.now += absl::Seconds(1);
  const auto again = PutAndWait(*store, NewPut(Named("f"), "other", PutMode::kCreate));
  ASSERT_TRUE(again.ok()) << again.status();
  EXPECT_TRUE(again->created);
  EXPECT_EQ(again->function.revision(), 3);
  EXPECT_EQ(again->function.create_time().seconds(), 1'700'000'001);
  ExpectError(store->Get(Named("f"), 2, Detail::kBasic).status(), absl::StatusCode::kNotFound,
              reason::kFunctionNotFound, "no revision 2 of function 'f'; kept are 3 to 3");
}

TEST_F(SqliteStoreTest, TellsEachChangeOrTheLastOfEachFunction) {
  auto store = Open();
  ASSERT_TRUE(PutAndWait(*store, NewPut(Named("a"), "")).ok());
  ASSERT_TRUE(PutAndWait(*store, NewPut(Named("b"), "")).ok());
  ASSERT_TRUE(PutAndWait(*store, NewPut(Named("a"), "")).ok());
  ASSERT_TRUE(PutAndWait(*store, NewPut(Named("c"), "")).ok());
  ASSERT_TRUE(DeleteAndWait(*store, Named("c")).ok());
  EXPECT_THAT(Told(*store->ReadChanges(0, 100, ChangeOrder::kEach)),
              ElementsAre("1 a@1", "2 b@1", "3 a@2", "5 c gone"));
  EXPECT_THAT(Told(*store->ReadChanges(0, 100, ChangeOrder::kLastOfEach)), ElementsAre("2 b@1", "3 a@2", "5 c gone"));
  const auto first = store->ReadChanges(0, 1, ChangeOrder::kLastOfEach);
  EXPECT_THAT(Told(*first), ElementsAre("2 b@1"));
  EXPECT_EQ(first->position, 2);
  EXPECT_THAT(Told(*store->ReadChanges(3, 100, ChangeOrder::kEach)), ElementsAre("5 c gone"));
  const auto none = store->ReadChanges(5, 100, ChangeOrder::kEach);
  EXPECT_THAT(none->changes, IsEmpty());
  EXPECT_EQ(none->position, 5);
}

TEST_F(SqliteStoreTest, SaysWhenItsLogDoesNotReachBack) {
  auto store = Open({.data_dir = data_dir_, .changes_kept_max = 3});
  EXPECT_EQ(store->ReadLogBounds()->first_position, 0);
  EXPECT_EQ(store->ReadLogBounds()->last_position, 0);
  for (int i = 0; i < 5; ++i) ASSERT_TRUE(PutAndWait(*store, NewPut(Named("f"), "")).ok());
  EXPECT_EQ(store->ReadLogBounds()->first_position, 2);
  EXPECT_EQ(store->ReadLogBounds()->last_position, 5);
  EXPECT_EQ(store->ReadChanges(1, 100, ChangeOrder::kEach).status().code(), absl::StatusCode::kOutOfRange);
  EXPECT_THAT(Told(*store->ReadChanges(2, 100, ChangeOrder::kEach)), ElementsAre("3 f@3", "4 f@4", "5 f@5"));
}

TEST_F(SqliteStoreTest, ReadsTheStateOfAllNamespacesPageByPage) {
  auto store = Open();
  for (const FunctionName& name : {FunctionName{"b", "a"}, {"a", "z"}, {"a", "b"}}) {
    ASSERT_TRUE(PutAndWait(*store, NewPut(name, name.function_id)).ok());
  }
  const auto first = store->ReadState({}, 2);
  EXPECT_THAT(Ids(first->functions), ElementsAre("b", "z"));
  EXPECT_EQ(first->functions[0].manifest().source(), "b");
  EXPECT_EQ(first->sequence, 3);
  EXPECT_THAT(Ids(store->ReadState({"a", "z"}, 2)->functions), ElementsAre("a"));
  EXPECT_THAT(store->ReadState({"b", "a"}, 2)->functions, IsEmpty());
}

TEST_F(SqliteStoreTest, WorksInMemory) {
  auto store = Open({.data_dir = ":memory:"});
  ASSERT_TRUE(PutAndWait(*store, NewPut(Named("f"), "x")).ok());
  EXPECT_EQ(store->Get(Named("f"), 0, Detail::kFull)->manifest().source(), "x");
  EXPECT_THAT(Told(*store->ReadChanges(0, 10, ChangeOrder::kEach)), ElementsAre("1 f@1"));
  EXPECT_FALSE(std::filesystem::exists(":memory:"));
}

}  // namespace
}  // namespace mayfly::controlplane
