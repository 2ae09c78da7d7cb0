#include "controlplane/function_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "base/error.h"
#include "base/limits.h"
#include "base/reason.h"
#include "controlplane/testing_service.h"
#include "controlplane/testing_sqlite_store.h"
#include "controlplane/testing_store.h"
#include "controlplane/testing_stream.h"

namespace mayfly::controlplane {
namespace {

using testing::ElementsAre;

using FunctionServiceTest = FunctionServiceTestBase;

TEST_F(FunctionServiceTest, DeploysANewFunctionThenRevisionsOfIt) {
  const auto first = Deploy("f", "one");
  ASSERT_TRUE(first.status.ok()) << first.status;
  EXPECT_EQ(first.metadata, Created());
  EXPECT_EQ(first.response.name(), "namespaces/default/functions/f");
  EXPECT_EQ(first.response.function_name(), "handler");
  EXPECT_EQ(first.response.revision(), 1);
  EXPECT_EQ(first.response.timeout_millis(), 5000);
  EXPECT_EQ(first.response.content_sha256().size(), 64u);
  EXPECT_FALSE(first.response.has_manifest());
  const auto second = Deploy("f", "one");
  ASSERT_TRUE(second.status.ok()) << second.status;
  EXPECT_EQ(second.metadata, Metadata());
  EXPECT_EQ(second.response.revision(), 2);
  EXPECT_EQ(second.response.content_sha256(), first.response.content_sha256());
  EXPECT_EQ(checker_.checks, 2);
}

TEST_F(FunctionServiceTest, DeploysIntoTheParentsNamespace) {
  v1::DeployFunctionRequest request = DeployRequest("f", "");
  request.mutable_manifest()->set_source("x");
  request.set_parent("namespaces/team");
  EXPECT_EQ(Call<v1::Function>("DeployFunction", request).response.name(), "namespaces/team/functions/f");
  EXPECT_EQ(Get("f").status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Get("namespaces/team/functions/f").response.manifest().source(), "x");
  request.set_parent("team");
  const auto bad = Call<v1::Function>("DeployFunction", request);
  EXPECT_EQ(bad.status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(ErrorReason(bad.status), reason::kNameInvalid);
}

TEST_F(FunctionServiceTest, GetsEachRevisionThatIsKept) {
  Deploy("f", "one");
  Deploy("f", "two");
  EXPECT_EQ(Get("f", v1::FULL, 1).response.manifest().source(), "one");
  EXPECT_EQ(Get("f", v1::FULL, 2).response.manifest().source(), "two");
  ExpectError(Get("f", v1::FULL, 3).status, absl::StatusCode::kNotFound, reason::kFunctionNotFound,
              "no revision 3 of function 'f'; kept are 1 to 2");
}

TEST_F(FunctionServiceTest, NamesTheNearestIdsOfAnUnknownOne) {
  Deploy("greet", "x");
  for (const absl::Status& status :
       {Get("gret").status, Delete("gret").status, Update(UpdateRequest("gret", "x", {"source"})).status}) {
    ExpectError(status, absl::StatusCode::kNotFound, reason::kFunctionNotFound,
                "no function 'gret' in the namespace 'default'; did you mean 'greet'?");
  }
}

TEST_F(FunctionServiceTest, RefusesRequestsThatMakeNoSense) {
  ExpectError(Get("f", v1::FULL, -1).status, absl::StatusCode::kInvalidArgument, reason::kRequestInvalid,
              "revision: -1 is negative");
  ExpectError(Get("f", static_cast<v1::FunctionView>(7)).status, absl::StatusCode::kInvalidArgument,
              reason::kRequestInvalid, "view: 7 is no view; there are BASIC and FULL");
  EXPECT_EQ(ErrorReason(Get("a/b").status), reason::kNameInvalid);
  v1::ListFunctionsRequest list;
  list.set_page_size(-1);
  ExpectError(Call<v1::ListFunctionsResponse>("ListFunctions", list).status, absl::StatusCode::kInvalidArgument,
              reason::kRequestInvalid, "pageSize: -1 is negative");
}

TEST_F(FunctionServiceTest, ListsPagesAndSaysWhenThereIsMore) {
  for (const char* id : {"c", "a", "b"}) Deploy(id, "x");
  v1::ListFunctionsRequest request;
  request.set_page_size(2);
  const auto first = Call<v1::ListFunctionsResponse>("ListFunctions", request);
  ASSERT_EQ(first.response.functions_size(), 2);
  EXPECT_EQ(first.response.functions(0).id(), "a");
  EXPECT_EQ(first.response.functions(1).id(), "b");
  EXPECT_FALSE(first.response.functions(0).has_manifest());
  const std::string token = first.response.next_page_token();
  EXPECT_EQ(first.metadata, (Metadata{{"mayfly-next-page-token", token}}));
  request.set_page_token(token);
  request.set_view(v1::FULL);
  const auto second = Call<v1::ListFunctionsResponse>("ListFunctions", request);
  ASSERT_EQ(second.response.functions_size(), 1);
  EXPECT_EQ(second.response.functions(0).manifest().source(), "x");
  EXPECT_EQ(second.response.next_page_token(), "");
  EXPECT_EQ(second.metadata, Metadata());
  request.set_parent("namespaces/other");
  EXPECT_EQ(ErrorReason(Call<v1::ListFunctionsResponse>("ListFunctions", request).status), reason::kPageTokenInvalid);
}

TEST_F(FunctionServiceTest, GivesNoTokenWhenThePageEndsWithTheList) {
  for (const char* id : {"a", "b"}) Deploy(id, "x");
  v1::ListFunctionsRequest request;
  request.set_page_size(2);
  EXPECT_EQ(Call<v1::ListFunctionsResponse>("ListFunctions", request).response.next_page_token(), "");
  EXPECT_EQ(Call<v1::ListFunctionsResponse>("ListFunctions", v1::ListFunctionsRequest()).response.functions_size(), 2);
}

TEST_F(FunctionServiceTest, ListsRevisionsNewestFirst) {
  for (const char* source : {"one", "two", "three"}) Deploy("f", source);
  v1::ListFunctionRevisionsRequest request;
  request.set_name("f");
  request.set_page_size(2);
  request.set_view(v1::FULL);
  const auto first = Call<v1::ListFunctionRevisionsResponse>("ListFunctionRevisions", request);
  ASSERT_EQ(first.response.revisions_size(), 2) << first.status;
  EXPECT_EQ(first.response.revisions(0).manifest().source(), "three");
  EXPECT_EQ(first.response.revisions(1).revision(), 2);
  request.set_page_token(first.response.next_page_token());
  const auto second = Call<v1::ListFunctionRevisionsResponse>("ListFunctionRevisions", request);
  ASSERT_EQ(second.response.revisions_size(), 1);
  EXPECT_EQ(second.response.revisions(0).revision(), 1);
  EXPECT_EQ(second.response.next_page_token(), "");
  request.set_page_token("x");
  EXPECT_EQ(ErrorReason(Call<v1::ListFunctionRevisionsResponse>("ListFunctionRevisions", request).status),
            reason::kPageTokenInvalid);
}

TEST_F(FunctionServiceTest, DeletesAFunctionAndItsRevisions) {
  const std::string etag = Deploy("f", "x").response.etag();
  Deploy("f", "y");
  EXPECT_EQ(ErrorReason(Delete("f", etag).status), reason::kEtagMismatch);
  EXPECT_TRUE(Delete("f").status.ok());
  EXPECT_EQ(Get("f", v1::FULL, 1).status.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(Delete("f").status.code(), absl::StatusCode::kNotFound);
  EXPECT_TRUE(Delete("f", "", true).status.ok());
  EXPECT_EQ(Delete("not a name", "", true).status.code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(FunctionServiceTest, TellsAFollowerBeforeItAnswers) {
  std::vector<std::string> told;
  ASSERT_TRUE(service_->Follow([&](const auto& message) { told.push_back(TestingStream::Told(message)); }).ok());
  Deploy("f", "x");
  EXPECT_THAT(told, ElementsAre("SYNCED", "PUT f@1"));
  Update(UpdateRequest("f", "y", {"source"}));
  EXPECT_THAT(told, ElementsAre("SYNCED", "PUT f@1", "PUT f@2"));
  Delete("f");
  EXPECT_THAT(told, ElementsAre("SYNCED", "PUT f@1", "PUT f@2", "DELETED f"));
  Deploy("f", "broken");
  EXPECT_EQ(told.size(), 4u);
}

TEST_F(FunctionServiceTest, StreamsChanges) {
  auto stream = std::make_shared<TestingStream>();
  auto call = std::make_shared<ServerCall>(absl::InfiniteFuture(), Metadata());
  table_->Find("mayfly.v1.FunctionService.WatchFunctions")->stream(call, v1::WatchFunctionsRequest(), stream);
  stream->Await(1);
  Deploy("f", "x");
  EXPECT_THAT(stream->Await(2), ElementsAre("SYNCED", "PUT f@1"));
  EXPECT_EQ(stream->messages()[1].function().manifest().source(), "x");
}

TEST_F(FunctionServiceTest, DrainsWritesAndEndsWatches) {
  checker_.holds = true;
  const auto under_way = Start<v1::Function>("DeployFunction", DeployRequest("f", "x"));
  checker_.AwaitHeld(1);
  auto stream = std::make_shared<TestingStream>();
  const auto call = std::make_shared<ServerCall>(absl::InfiniteFuture(), Metadata());
  table_->Find("mayfly.v1.FunctionService.WatchFunctions")->stream(call, v1::WatchFunctionsRequest(), stream);
  service_->BeginDrain();
  const std::string message = "the server is shutting down; try again, with another server or when it is back";
  for (const absl::Status& status : {Deploy("g", "x").status, Create("g", "x").status, Delete("f").status,
                                     Update(UpdateRequest("f", "x", {"source"})).status, stream->AwaitFinish()}) {
    ExpectError(status, absl::StatusCode::kUnavailable, reason::kShuttingDown, message);
  }
  checker_.Release();
  under_way->answered.WaitForNotification();
  EXPECT_TRUE(under_way->status.ok()) << under_way->status;
  EXPECT_EQ(Get("f").response.revision(), 1);
}

TEST_F(FunctionServiceTest, EndsOnlyWhenEveryCallHasBeenAnswered) {
  checker_.holds = true;
  const auto pending = Start<v1::Function>("DeployFunction", DeployRequest("f", "x"));
  checker_.AwaitHeld(1);
  std::thread ending([&] { service_ = nullptr; });
  checker_.Release();
  ending.join();
  EXPECT_TRUE(pending->answered.HasBeenNotified());
  EXPECT_TRUE(pending->status.ok()) << pending->status;
}

TEST_F(FunctionServiceTest, GoesOnReadingWhenItsDiskIsFull) {
  Serve({.data_dir = NewFolder(), .pages_max = 60});
  Deploy("f", "x");
  const auto full = Deploy("g", std::string(kMiB, 'x'));
  EXPECT_EQ(full.status.code(), absl::StatusCode::kResourceExhausted);
  EXPECT_EQ(ErrorReason(full.status), reason::kStorageFull);
  EXPECT_EQ(Get("f").response.manifest().source(), "x");
  EXPECT_TRUE(Deploy("g", "small").status.ok());
}

}  // namespace
}  // namespace mayfly::controlplane
