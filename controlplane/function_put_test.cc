#include "controlplane/function_put.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/reason.h"
#include "controlplane/testing_service.h"
#include "controlplane/testing_sqlite_store.h"
#include "controlplane/testing_store.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace mayfly::controlplane {
namespace {

constexpr char kUuidV7[] = "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";

using FunctionPutTest = FunctionServiceTestBase;

TEST_F(FunctionPutTest, AssignsAUuidWhereThereIsNoId) {
  const auto answer = Deploy("", "x");
  EXPECT_THAT(answer.response.id(), testing::ContainsRegex(absl::StrCat("^", kUuidV7, "$")));
  EXPECT_EQ(Get(answer.response.id()).response.manifest().id(), answer.response.id());
}

TEST_F(FunctionPutTest, FillsDefaultsIntoTheStoredManifest) {
  Deploy("f", "x");
  const v1::Manifest manifest = Get("f").response.manifest();
  EXPECT_EQ(manifest.function_name(), "handler");
  EXPECT_EQ(manifest.timeout_millis(), 5000);
  EXPECT_EQ(manifest.memory_limit_mib(), 128);
  EXPECT_FALSE(Get("f", v1::BASIC).response.has_manifest());
  EXPECT_FALSE(Get("f", v1::FUNCTION_VIEW_UNSPECIFIED).response.has_manifest());
}

TEST_F(FunctionPutTest, RefusesAnInvalidManifestBeforeItIsLoaded) {
  v1::DeployFunctionRequest request;
  request.mutable_manifest()->set_language_id("javascript");
  ExpectError(Call<v1::Function>("DeployFunction", request).status, absl::StatusCode::kInvalidArgument,
              reason::kManifestInvalid,
              "languageId: 'javascript' is no language of Mayfly, which has 'js' and 'python'; did you mean 'js'?; "
              "source: is required: the function's source text");
  EXPECT_EQ(checker_.checks, 0);
}

TEST_F(FunctionPutTest, StoresNothingOfAFunctionThatDoesNotLoad) {
  ExpectError(Deploy("f", "broken").status, absl::StatusCode::kInvalidArgument, reason::kSourceInvalid,
              "f.js:1:1 SyntaxError: broken");
  EXPECT_EQ(Get("f").status.code(), absl::StatusCode::kNotFound);
  Deploy("f", "good");
  EXPECT_EQ(Update(UpdateRequest("f", "broken", {"source"})).status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Get("f").response.revision(), 1);
}

TEST_F(FunctionPutTest, CreatesOnlyWhatIsNotThere) {
  const auto created = Create("f", "one");
  ASSERT_TRUE(created.status.ok()) << created.status;
  EXPECT_EQ(created.metadata, Created());
  ExpectError(Create("f", "two").status, absl::StatusCode::kAlreadyExists, reason::kFunctionExists,
              "function 'f' is there already, at revision 1; deploy or update it to make a new revision");
  EXPECT_EQ(checker_.checks, 1);
  EXPECT_EQ(Get("f").response.manifest().source(), "one");
}

TEST_F(FunctionPutTest, LetsOneOfTwoCreatesThatLoadAtOnceWin) {
  checker_.holds = true;
  v1::CreateFunctionRequest request;
  *request.mutable_manifest() = DeployRequest("f", "x").manifest();
  const auto a = Start<v1::Function>("CreateFunction", request);
  const auto b = Start<v1::Function>("CreateFunction", request);
  checker_.AwaitHeld(2);
  checker_.Release();
  a->answered.WaitForNotification();
  b->answered.WaitForNotification();
  EXPECT_NE(a->status.ok(), b->status.ok());
  EXPECT_EQ(ErrorReason(a->status.ok() ? b->status : a->status), reason::kFunctionExists);
}

TEST_F(FunctionPutTest, UpdatesTheFieldsOfTheMask) {
  v1::DeployFunctionRequest deploy = DeployRequest("f", "one");
  deploy.mutable_manifest()->set_timeout_millis(7000);
  (*deploy.mutable_manifest()->mutable_dependencies())["lib"].set_source("1");
  Call<v1::Function>("DeployFunction", deploy);
  const auto updated = Update(UpdateRequest("f", "two", {"source", "timeoutMillis"}));
  ASSERT_TRUE(updated.status.ok()) << updated.status;
  EXPECT_EQ(updated.response.revision(), 2);
  EXPECT_FALSE(updated.response.has_manifest());
  EXPECT_EQ(updated.metadata, Metadata());
  const v1::Manifest manifest = Get("f").response.manifest();
  EXPECT_EQ(manifest.source(), "two");
  EXPECT_EQ(manifest.timeout_millis(), 5000);
  EXPECT_EQ(manifest.language_id(), "js");
  EXPECT_EQ(manifest.dependencies().at("lib").source(), "1");
}

TEST_F(FunctionPutTest, UpdatesEverythingWithoutAMask) {
  v1::DeployFunctionRequest deploy = DeployRequest("f", "one");
  deploy.mutable_manifest()->set_timeout_millis(7000);
  Call<v1::Function>("DeployFunction", deploy);
  v1::UpdateFunctionRequest request = UpdateRequest("f", "x = 1", {});
  request.mutable_manifest()->set_language_id("python");
  request.mutable_manifest()->set_id("f");
  ASSERT_TRUE(Update(request).status.ok());
  EXPECT_EQ(Get("f").response.language_id(), "python");
  EXPECT_EQ(Get("f").response.timeout_millis(), 5000);
}

TEST_F(FunctionPutTest, RefusesUpdatesThatDoNotFit) {
  Deploy("f", "x");
  ExpectError(Update(UpdateRequest("f", "y", {"sorce"})).status, absl::StatusCode::kInvalidArgument,
              reason::kRequestInvalid, "updateMask: 'sorce' is no field of a manifest; did you mean 'source'?");
  v1::UpdateFunctionRequest request = UpdateRequest("f", "y", {"source"});
  request.mutable_manifest()->set_id("g");
  ExpectError(Update(request).status, absl::StatusCode::kInvalidArgument, reason::kManifestInvalid,
              "id: is not 'f', the id of the function to update");
  ExpectError(Update(UpdateRequest("f", "", {"source"})).status, absl::StatusCode::kInvalidArgument,
              reason::kManifestInvalid, "source: is required: the function's source text");
  EXPECT_EQ(Get("f").response.revision(), 1);
}

TEST_F(FunctionPutTest, UpdatesOnlyTheRevisionThatItsEtagNames) {
  const std::string old_etag = Deploy("f", "one").response.etag();
  const std::string etag = Deploy("f", "two").response.etag();
  v1::UpdateFunctionRequest request = UpdateRequest("f", "three", {"source"});
  request.set_etag(old_etag);
  ExpectError(Update(request).status, absl::StatusCode::kAborted, reason::kEtagMismatch,
              "function 'f' is at revision 2 with the etag '" + etag + "', not '" + old_etag +
                  "'; get it again and decide anew");
  request.set_etag(etag);
  EXPECT_EQ(Update(request).response.revision(), 3);
}

TEST_F(FunctionPutTest, RefusesAnUpdateWithAnEtagThatIsOvertakenWhileItLoads) {
  const std::string etag = Deploy("f", "one").response.etag();
  v1::UpdateFunctionRequest request = UpdateRequest("f", "mine", {"source"});
  request.set_etag(etag);
  checker_.holds = true;
  const auto pending = Start<v1::Function>("UpdateFunction", request);
  checker_.AwaitHeld(1);
  ASSERT_TRUE(PutAndWait(*store_, NewPut(Named("f"), "theirs")).ok());
  checker_.Release();
  pending->answered.WaitForNotification();
  EXPECT_EQ(ErrorReason(pending->status), reason::kEtagMismatch);
  EXPECT_EQ(Get("f").response.manifest().source(), "theirs");
}

TEST_F(FunctionPutTest, MakesAnUpdateWithoutAnEtagAnewWhenItIsOvertaken) {
  Deploy("f", "one");
  checker_.holds = true;
  v1::UpdateFunctionRequest request = UpdateRequest("f", "", {"timeout_millis"});
  request.mutable_manifest()->set_timeout_millis(777);
  const auto pending = Start<v1::Function>("UpdateFunction", request);
  checker_.AwaitHeld(1);
  ASSERT_TRUE(PutAndWait(*store_, NewPut(Named("f"), "theirs")).ok());
  checker_.Release();
  pending->answered.WaitForNotification();
  ASSERT_TRUE(pending->status.ok()) << pending->status;
  EXPECT_EQ(pending->response.revision(), 3);
  EXPECT_EQ(Get("f").response.manifest().source(), "theirs");
  EXPECT_EQ(Get("f").response.timeout_millis(), 777);
}

TEST_F(FunctionPutTest, GivesUpAnUpdateThatIsOvertakenAgainAndAgain) {
  Deploy("f", "one");
  checker_.checks = 0;
  checker_.before_answer = [&] { ASSERT_TRUE(PutAndWait(*store_, NewPut(Named("f"), "theirs")).ok()); };
  EXPECT_EQ(ErrorReason(Update(UpdateRequest("f", "mine", {"source"})).status), reason::kEtagMismatch);
  EXPECT_EQ(checker_.checks, kUpdateAttemptsMax);
}

TEST_F(FunctionPutTest, CreatesAMissingFunctionByUpdateIfAllowed) {
  v1::UpdateFunctionRequest request = UpdateRequest("f", "x", {"source"});
  request.mutable_manifest()->set_language_id("js");
  EXPECT_EQ(Update(request).status.code(), absl::StatusCode::kNotFound);
  request.set_allow_missing(true);
  request.set_etag("1-x");
  ExpectError(Update(request).status, absl::StatusCode::kAborted, reason::kEtagMismatch,
              "function 'f' is gone, not '1-x'; get it again and decide anew");
  request.clear_etag();
  EXPECT_EQ(Update(request).response.revision(), 1);
  EXPECT_EQ(Get("f").response.manifest().id(), "f");
}

TEST_F(FunctionPutTest, StoresNothingForACallerWhoHasGone) {
  checker_.holds = true;
  const auto pending = Start<v1::Function>("DeployFunction", DeployRequest("f", "x"));
  checker_.AwaitHeld(1);
  pending->call->Cancel();
  checker_.Release();
  pending->answered.WaitForNotification();
  ExpectError(pending->status, absl::StatusCode::kCancelled, reason::kCancelled,
              "the call was cancelled by its caller; nothing was stored");
  EXPECT_EQ(Get("f").status.code(), absl::StatusCode::kNotFound);
}

TEST_F(FunctionPutTest, BoundsTheLoadsInFlight) {
  checker_.holds = true;
  std::vector<std::shared_ptr<Pending<v1::DeployFunctionRequest, v1::Function>>> pending;
  for (int i = 0; i < kChecksInFlightMax; ++i) {
    pending.push_back(Start<v1::Function>("DeployFunction", DeployRequest(absl::StrCat(i), "x")));
  }
  checker_.AwaitHeld(kChecksInFlightMax);
  const absl::Status status = Deploy("more", "x").status;
  ExpectError(status, absl::StatusCode::kUnavailable, reason::kOverloaded,
              "the control plane is overloaded: 64 functions are being loaded already; try again");
  google::rpc::RetryInfo retry;
  const google::rpc::Status rpc_status = ToRpcStatus(status);
  EXPECT_TRUE(rpc_status.details(1).UnpackTo(&retry));
  EXPECT_EQ(retry.retry_delay().seconds(), 1);
  checker_.Release();
  for (const auto& call : pending) {
    call->answered.WaitForNotification();
    EXPECT_TRUE(call->status.ok()) << call->status;
  }
  EXPECT_TRUE(Deploy("more", "x").status.ok());
}

}  // namespace
}  // namespace mayfly::controlplane
