#include "dataplane/catalog.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/limits.h"
#include "dataplane/function_revision.h"
#include "dataplane/test_functions.h"
#include "mayfly/v1/function_service.pb.h"

namespace mayfly::dataplane {
namespace {

using Change = v1::WatchFunctionsResponse;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using ::testing::UnorderedElementsAre;

// Answers when the test says so.
class FakeSource final : public FunctionSource {
 public:
  void Get(const FunctionName&, int32_t revision, absl::Time, Done done) override {
    asked.push_back(revision);
    pending = std::move(done);
  }

  std::vector<int32_t> asked;
  Done pending;
};

class CatalogTest : public ::testing::Test {
 protected:
  void Tell(Change::Kind kind, const v1::Function& function = {}) {
    Change change;
    change.set_kind(kind);
    *change.mutable_function() = function;
    catalog_.Apply(change);
  }
  int32_t Latest(const std::string& id) {
    const Catalog::Revision found = catalog_.Find({kDefaultNamespace, id}, 0);
    return found == nullptr ? 0 : found->key.revision;
  }
  absl::Status FetchStatus(const std::string& id, const std::string& space = kDefaultNamespace) {
    absl::Status status;
    catalog_.Fetch({space, id}, 0, absl::InfiniteFuture(),
                   [&](absl::StatusOr<Catalog::Revision> revision) { status = revision.status(); });
    return status;
  }
  // Fetches a revision, which the source gives.
  Catalog::Revision Fetch(const std::string& id, int32_t revision, const std::string& source) {
    Catalog::Revision fetched;
    catalog_.Fetch({kDefaultNamespace, id}, revision, absl::InfiniteFuture(),
                   [&](absl::StatusOr<Catalog::Revision> got) { fetched = *got; });
    std::exchange(source_.pending, nullptr)(MakeTestFunction(id, revision, source));
    return fetched;
  }

  FakeSource source_;
  std::vector<std::string> superseded_;
  Catalog catalog_{source_, [this](const FunctionRevision& function) {
                     superseded_.push_back(absl::StrCat(function.key.name.function_id, "@", function.key.revision));
                   }};
};

TEST_F(CatalogTest, KnowsTheLatestRevision) {
  Tell(Change::PUT, MakeTestFunction("a", 1));
  EXPECT_EQ(Latest("a"), 1);
  Tell(Change::PUT, MakeTestFunction("a", 2, "new"));
  EXPECT_EQ(Latest("a"), 2);
  EXPECT_THAT(superseded_, ElementsAre("a@1"));
  EXPECT_EQ(catalog_.Find({kDefaultNamespace, "a"}, 2)->load.source, "new");
}

TEST_F(CatalogTest, ASupersededRevisionIsStillHere) {
  Tell(Change::PUT, MakeTestFunction("a", 1));
  const Catalog::Revision first = catalog_.Find({kDefaultNamespace, "a"}, 0);
  Tell(Change::PUT, MakeTestFunction("a", 2, "new"));
  EXPECT_EQ(catalog_.Find({kDefaultNamespace, "a"}, 1), first);
}

TEST_F(CatalogTest, ARevisionThatTheStoreKeepsNoLongerIsGoneHereToo) {
  Tell(Change::PUT, MakeTestFunction("a", 1));
  Tell(Change::PUT, MakeTestFunction("a", 2, "two"));
  Tell(Change::PUT, MakeTestFunction("a", 1 + kRevisionsKeptMax, "last"));
  EXPECT_EQ(catalog_.Find({kDefaultNamespace, "a"}, 1), nullptr);
  EXPECT_EQ(catalog_.Find({kDefaultNamespace, "a"}, 2)->load.source, "two");
}

TEST_F(CatalogTest, TheSameToldAgainIsTheSameObject) {
  Tell(Change::PUT, MakeTestFunction("a", 1));
  const Catalog::Revision first = catalog_.Find({kDefaultNamespace, "a"}, 0);
  Tell(Change::RESET);
  Tell(Change::PUT, MakeTestFunction("a", 1));
  Tell(Change::SYNCED);
  EXPECT_EQ(catalog_.Find({kDefaultNamespace, "a"}, 0), first);
  EXPECT_THAT(superseded_, IsEmpty());
}

TEST_F(CatalogTest, ADeletedFunctionIsGoneWithAllItsRevisions) {
  Tell(Change::PUT, MakeTestFunction("a", 1));
  Tell(Change::PUT, MakeTestFunction("a", 2, "new"));
  superseded_.clear();
  Tell(Change::DELETED, MakeTestFunction("a", 2));
  EXPECT_EQ(Latest("a"), 0);
  EXPECT_EQ(catalog_.Find({kDefaultNamespace, "a"}, 1), nullptr);
  EXPECT_THAT(superseded_, UnorderedElementsAre("a@1", "a@2"));
  EXPECT_EQ(catalog_.size(), 0u);
}

TEST_F(CatalogTest, AFunctionStoredAnewDoesNotShowRevisionsOfTheOneBefore) {
  Tell(Change::PUT, MakeTestFunction("a", 1, "one"));
  Tell(Change::PUT, MakeTestFunction("a", 2, "two"));
  Tell(Change::PUT, MakeTestFunction("a", 1, "anew"));  // its deletion was missed
  EXPECT_EQ(catalog_.Find({kDefaultNamespace, "a"}, 0)->load.source, "anew");
  EXPECT_EQ(catalog_.Find({kDefaultNamespace, "a"}, 2), nullptr);
}

TEST_F(CatalogTest, WhatAWholeStateDoesNotTellIsGoneOnceItHasBeenTold) {
  Tell(Change::PUT, MakeTestFunction("a"));
  Tell(Change::PUT, MakeTestFunction("b"));
  Tell(Change::SYNCED);
  Tell(Change::RESET);
  Tell(Change::PUT, MakeTestFunction("b"));
  EXPECT_EQ(Latest("a"), 1);
  Tell(Change::SYNCED);
  EXPECT_EQ(Latest("a"), 0);
  EXPECT_EQ(Latest("b"), 1);
  EXPECT_THAT(superseded_, ElementsAre("a@1"));
}

TEST_F(CatalogTest, AWatchThatWasResumedForgetsNothing) {
  Tell(Change::PUT, MakeTestFunction("a"));
  Tell(Change::SYNCED);
  Tell(Change::SYNCED);
  EXPECT_EQ(Latest("a"), 1);
}

TEST_F(CatalogTest, AWholeStateThatIsCutShortForgetsNothing) {
  Tell(Change::PUT, MakeTestFunction("a"));
  Tell(Change::PUT, MakeTestFunction("b"));
  Tell(Change::SYNCED);
  Tell(Change::RESET);
  Tell(Change::PUT, MakeTestFunction("b"));
  Tell(Change::RESET);
  Tell(Change::PUT, MakeTestFunction("a"));
  Tell(Change::SYNCED);
  EXPECT_EQ(Latest("a"), 1);
  EXPECT_EQ(Latest("b"), 0);
}

TEST_F(CatalogTest, IsNotSyncedBeforeTheWholeStateHasBeenTold) {
  EXPECT_FALSE(catalog_.synced());
  EXPECT_EQ(ErrorReason(FetchStatus("a")), "PEER_UNREACHABLE");
  EXPECT_EQ(FetchStatus("a").code(), absl::StatusCode::kUnavailable);
  Tell(Change::SYNCED);
  EXPECT_TRUE(catalog_.synced());
  EXPECT_EQ(ErrorReason(FetchStatus("a")), "FUNCTION_NOT_FOUND");
  EXPECT_THAT(source_.asked, IsEmpty());
}

TEST_F(CatalogTest, AFetchedRevisionIsKept) {
  Tell(Change::PUT, MakeTestFunction("a", 9));
  const Catalog::Revision fetched = Fetch("a", 3, "three");
  EXPECT_EQ(fetched->load.source, "three");
  EXPECT_EQ(catalog_.Find({kDefaultNamespace, "a"}, 3), fetched);
}

TEST_F(CatalogTest, ARevisionFetchedWhileItsFunctionWentIsNotKept) {
  Tell(Change::PUT, MakeTestFunction("a", 9));
  Catalog::Revision fetched;
  catalog_.Fetch({kDefaultNamespace, "a"}, 3, absl::InfiniteFuture(),
                 [&](absl::StatusOr<Catalog::Revision> got) { fetched = *got; });
  Tell(Change::DELETED, MakeTestFunction("a", 9));
  Tell(Change::PUT, MakeTestFunction("a", 5, "anew"));
  std::exchange(source_.pending, nullptr)(MakeTestFunction("a", 3, "before"));
  EXPECT_EQ(fetched->load.source, "before");
  EXPECT_EQ(catalog_.Find({kDefaultNamespace, "a"}, 3), nullptr);
}

TEST_F(CatalogTest, AFetchErrorIsTheCallers) {
  Tell(Change::PUT, MakeTestFunction("a", 9));
  absl::Status status;
  catalog_.Fetch({kDefaultNamespace, "a"}, 3, absl::InfiniteFuture(),
                 [&](absl::StatusOr<Catalog::Revision> got) { status = got.status(); });
  std::exchange(source_.pending, nullptr)(absl::UnavailableError("away"));
  EXPECT_EQ(status, absl::UnavailableError("away"));
}

TEST_F(CatalogTest, NamesTheNearestIdsOfTheSameNamespace) {
  for (const std::string id : {"hello", "help", "goodbye"}) Tell(Change::PUT, MakeTestFunction(id));
  Tell(Change::SYNCED);
  EXPECT_EQ(FetchStatus("helo").message(), "There is no function 'helo'; did you mean 'help' or 'hello'?");
  EXPECT_EQ(FetchStatus("helo", "team").message(), "There is no function 'helo' in the namespace 'team'");
  EXPECT_EQ(FetchStatus("xyzzy").message(), "There is no function 'xyzzy'");
}

TEST_F(CatalogTest, NamesANearIdInANamespaceTooLargeToLookThrough) {
  for (int i = 0; i < 5000; ++i) Tell(Change::PUT, MakeTestFunction(absl::StrCat("function-", 1000 + i), 1, ""));
  Tell(Change::SYNCED);
  EXPECT_EQ(FetchStatus("function-42000").message(),
            "There is no function 'function-42000'; did you mean 'function-4200', 'function-4000' or 'function-4201'?");
}

TEST_F(CatalogTest, IgnoresWhatIsNoFunction) {
  v1::Function function = MakeTestFunction("a");
  function.mutable_manifest()->set_language_id("ruby");
  Tell(Change::PUT, function);
  EXPECT_EQ(catalog_.size(), 0u);
}

}  // namespace
}  // namespace mayfly::dataplane
