#include "controlplane/function_service.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/reason.h"
#include "controlplane/sqlite_store.h"
#include "controlplane/testing_store.h"
#include "controlplane/testing_stream.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace mayfly::controlplane {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::MatchesRegex;

constexpr char kUuidV7[] = "[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}";

// Loads whatever does not hold "broken"; a test may hold the loads.
class FakeChecker final : public FunctionChecker {
 public:
  void Check(const v1::Manifest& manifest, absl::Time deadline,
             absl::AnyInvocable<void(absl::Status) &&> done) override {
    ++checks;
    EXPECT_FALSE(manifest.function_name().empty());
    EXPECT_FALSE(manifest.id().empty());
    absl::Status status;
    if (manifest.source().find("broken") != std::string::npos) {
      status = MakeError(absl::StatusCode::kInvalidArgument, reason::kSourceInvalid, "f.js:1:1 SyntaxError: broken");
    }
    {
      absl::MutexLock lock(mutex);
      if (holds) {
        held.push_back([status, done = std::move(done)]() mutable { std::move(done)(status); });
        return;
      }
    }
    if (before_answer) before_answer();
    std::move(done)(status);
  }

  void AwaitHeld(size_t count) {
    absl::MutexLock lock(mutex);
    awaited = count;
    mutex.Await(absl::Condition(+[](FakeChecker* self) { return self->held.size() >= self->awaited; }, this));
  }

  void Release() {
    std::vector<absl::AnyInvocable<void() &&>> answers;
    {
      absl::MutexLock lock(mutex);
      holds = false;
      answers.swap(held);
    }
    for (auto& answer : answers) std::move(answer)();
  }

  std::atomic<int> checks = 0;
  std::function<void()> before_answer;
  absl::Mutex mutex;
  bool holds = false;
  size_t awaited = 0;
  std::vector<absl::AnyInvocable<void() &&>> held;
};

// A unary call under way.
template <typename Request, typename Response>
struct Pending {
  Request request;
  Response response;
  std::shared_ptr<ServerCall> call = std::make_shared<ServerCall>(absl::InfiniteFuture(), Metadata());
  absl::Status status;
  absl::Notification answered;
};

template <typename Response>
struct Answer {
  absl::Status status;
  Response response;
  Metadata metadata;
};

class FunctionServiceTest : public testing::Test {
 protected:
  FunctionServiceTest() { Serve({.data_dir = ":memory:"}); }

  void Serve(SqliteStore::Options options) {
    service_ = nullptr;
    store_ = nullptr;
    auto store = SqliteStore::Open(options, clock_);
    EXPECT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
    service_ = std::make_unique<FunctionService>(*store_, checker_);
    table_ = std::make_unique<MethodTable>();
    service_->RegisterMethods(*table_);
  }

  template <typename Response, typename Request>
  std::shared_ptr<Pending<Request, Response>> Start(const std::string& method, Request request) {
    auto pending = std::make_shared<Pending<Request, Response>>();
    pending->request = std::move(request);
    const Method* found = table_->Find("mayfly.v1.FunctionService." + method);
    EXPECT_NE(found, nullptr);
    found->unary(pending->call, pending->request, pending->response, [pending](absl::Status status) {
      pending->status = std::move(status);
      pending->answered.Notify();
    });
    return pending;
  }

  template <typename Response, typename Request>
  Answer<Response> Call(const std::string& method, Request request) {
    auto pending = Start<Response>(method, std::move(request));
    pending->answered.WaitForNotification();
    return {pending->status, pending->response, pending->call->response_metadata()};
  }

  static v1::DeployFunctionRequest DeployRequest(const std::string& id, const std::string& source) {
    v1::DeployFunctionRequest request;
    request.mutable_manifest()->set_id(id);
    request.mutable_manifest()->set_language_id("js");
    request.mutable_manifest()->set_source(source);
    return request;
  }

  Answer<v1::Function> Deploy(const std::string& id, const std::string& source) {
    return Call<v1::Function>("DeployFunction", DeployRequest(id, source));
  }

  Answer<v1::Function> Create(const std::string& id, const std::string& source) {
    v1::CreateFunctionRequest request;
    *request.mutable_manifest() = DeployRequest(id, source).manifest();
    return Call<v1::Function>("CreateFunction", request);
  }

  Answer<v1::Function> Get(const std::string& name, v1::FunctionView view = v1::FULL, int revision = 0) {
    v1::GetFunctionRequest request;
    request.set_name(name);
    request.set_view(view);
    request.set_revision(revision);
    return Call<v1::Function>("GetFunction", request);
  }

  static v1::UpdateFunctionRequest UpdateRequest(const std::string& name, const std::string& source,
                                                 std::initializer_list<const char*> mask) {
    v1::UpdateFunctionRequest request;
    request.set_name(name);
    request.mutable_manifest()->set_source(source);
    for (const char* path : mask) request.mutable_update_mask()->add_paths(path);
    return request;
  }

  Answer<v1::Function> Update(const v1::UpdateFunctionRequest& request) {
    return Call<v1::Function>("UpdateFunction", request);
  }

  Answer<google::protobuf::Empty> Delete(const std::string& name, const std::string& etag = "",
                                         bool allow_missing = false) {
    v1::DeleteFunctionRequest request;
    request.set_name(name);
    request.set_etag(etag);
    request.set_allow_missing(allow_missing);
    return Call<google::protobuf::Empty>("DeleteFunction", request);
  }

  SystemClock clock_;
  FakeChecker checker_;
  std::unique_ptr<SqliteStore> store_;
  std::unique_ptr<FunctionService> service_;
  std::unique_ptr<MethodTable> table_;
};

void ExpectError(const absl::Status& status, absl::StatusCode code, const char* reason, const std::string& message) {
  EXPECT_EQ(status.code(), code) << status;
  EXPECT_EQ(ErrorReason(status), reason);
  EXPECT_EQ(status.message(), message);
}

const Metadata kCreated = {{"x-http-code", "201"}};

TEST_F(FunctionServiceTest, DeploysANewFunctionThenRevisionsOfIt) {
  const auto first = Deploy("f", "one");
  ASSERT_TRUE(first.status.ok()) << first.status;
  EXPECT_EQ(first.metadata, kCreated);
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

TEST_F(FunctionServiceTest, AssignsAUuidWhereThereIsNoId) {
  const auto answer = Deploy("", "x");
  EXPECT_THAT(answer.response.id(), testing::ContainsRegex(absl::StrCat("^", kUuidV7, "$")));
  EXPECT_EQ(Get(answer.response.id()).response.manifest().id(), answer.response.id());
}

TEST_F(FunctionServiceTest, FillsDefaultsIntoTheStoredManifest) {
  Deploy("f", "x");
  const v1::Manifest manifest = Get("f").response.manifest();
  EXPECT_EQ(manifest.function_name(), "handler");
  EXPECT_EQ(manifest.timeout_millis(), 5000);
  EXPECT_EQ(manifest.memory_limit_mib(), 128);
  EXPECT_FALSE(Get("f", v1::BASIC).response.has_manifest());
  EXPECT_FALSE(Get("f", v1::FUNCTION_VIEW_UNSPECIFIED).response.has_manifest());
}

TEST_F(FunctionServiceTest, RefusesAnInvalidManifestBeforeItIsLoaded) {
  v1::DeployFunctionRequest request;
  request.mutable_manifest()->set_language_id("javascript");
  ExpectError(Call<v1::Function>("DeployFunction", request).status, absl::StatusCode::kInvalidArgument,
              reason::kManifestInvalid,
              "languageId: 'javascript' is no language of Mayfly, which has 'js' and 'python'; did you mean 'js'?; "
              "source: is required: the function's source text");
  EXPECT_EQ(checker_.checks, 0);
}

TEST_F(FunctionServiceTest, StoresNothingOfAFunctionThatDoesNotLoad) {
  ExpectError(Deploy("f", "broken").status, absl::StatusCode::kInvalidArgument, reason::kSourceInvalid,
              "f.js:1:1 SyntaxError: broken");
  EXPECT_EQ(Get("f").status.code(), absl::StatusCode::kNotFound);
  Deploy("f", "good");
  EXPECT_EQ(Update(UpdateRequest("f", "broken", {"source"})).status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(Get("f").response.revision(), 1);
}

TEST_F(FunctionServiceTest, CreatesOnlyWhatIsNotThere) {
  const auto created = Create("f", "one");
  ASSERT_TRUE(created.status.ok()) << created.status;
  EXPECT_EQ(created.metadata, kCreated);
  ExpectError(Create("f", "two").status, absl::StatusCode::kAlreadyExists, reason::kFunctionExists,
              "function 'f' is there already, at revision 1; deploy or update it to make a new revision");
  EXPECT_EQ(checker_.checks, 1);
  EXPECT_EQ(Get("f").response.manifest().source(), "one");
}

TEST_F(FunctionServiceTest, LetsOneOfTwoCreatesThatLoadAtOnceWin) {
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

TEST_F(FunctionServiceTest, UpdatesTheFieldsOfTheMask) {
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

TEST_F(FunctionServiceTest, UpdatesEverythingWithoutAMask) {
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

TEST_F(FunctionServiceTest, RefusesUpdatesThatDoNotFit) {
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

TEST_F(FunctionServiceTest, UpdatesOnlyTheRevisionThatItsEtagNames) {
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

TEST_F(FunctionServiceTest, RefusesAnUpdateWithAnEtagThatIsOvertakenWhileItLoads) {
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

TEST_F(FunctionServiceTest, MakesAnUpdateWithoutAnEtagAnewWhenItIsOvertaken) {
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

TEST_F(FunctionServiceTest, GivesUpAnUpdateThatIsOvertakenAgainAndAgain) {
  Deploy("f", "one");
  checker_.checks = 0;
  checker_.before_answer = [&] { ASSERT_TRUE(PutAndWait(*store_, NewPut(Named("f"), "theirs")).ok()); };
  EXPECT_EQ(ErrorReason(Update(UpdateRequest("f", "mine", {"source"})).status), reason::kEtagMismatch);
  EXPECT_EQ(checker_.checks, kUpdateAttemptsMax);
}

TEST_F(FunctionServiceTest, CreatesAMissingFunctionByUpdateIfAllowed) {
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

TEST_F(FunctionServiceTest, StoresNothingForACallerWhoHasGone) {
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

TEST_F(FunctionServiceTest, BoundsTheLoadsInFlight) {
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
