#include "gateway/router.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "mayfly/v1/function_service.pb.h"
#include "mayfly/v1/invocation_service.pb.h"
#include "testdata/echo.pb.h"

namespace mayfly::gateway {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

void AddService(const google::protobuf::ServiceDescriptor& service, Router& router) {
  for (int i = 0; i < service.method_count(); ++i) {
    auto routes = RoutesOf(*service.method(i));
    CHECK_OK(routes.status());
    for (auto& route : *routes) CHECK_OK(router.Add(std::move(route)));
  }
}

// "Method value value" of what is found; "" if nothing is.
std::string Found(const Router& router, std::string_view method, std::string_view path) {
  const auto match = router.Find(method, path);
  CHECK_OK(match.status());
  if (match->route == nullptr) return "";
  std::string text = match->route->method->name();
  for (const std::string& value : match->values) absl::StrAppend(&text, " ", value);
  return text;
}

class ContractTest : public ::testing::Test {
 protected:
  ContractTest() {
    AddService(*v1::GetFunctionRequest::descriptor()->file()->FindServiceByName("FunctionService"), router_);
    AddService(*v1::InvokeRequest::descriptor()->file()->FindServiceByName("InvocationService"), router_);
  }
  Router router_;
};

TEST_F(ContractTest, EveryPathOfTheContractHasItsMethod) {
  EXPECT_EQ(Found(router_, "POST", "/functions"), "DeployFunction");
  EXPECT_EQ(Found(router_, "POST", "/v1/namespaces/n/functions:deploy"), "DeployFunction namespaces/n");
  EXPECT_EQ(Found(router_, "POST", "/v1/namespaces/n/functions"), "CreateFunction namespaces/n");
  EXPECT_EQ(Found(router_, "GET", "/functions"), "ListFunctions");
  EXPECT_EQ(Found(router_, "GET", "/v1/namespaces/n/functions"), "ListFunctions namespaces/n");
  EXPECT_EQ(Found(router_, "GET", "/functions/a"), "GetFunction a");
  EXPECT_EQ(Found(router_, "GET", "/v1/namespaces/n/functions/a"), "GetFunction namespaces/n/functions/a");
  EXPECT_EQ(Found(router_, "PATCH", "/functions/a"), "UpdateFunction a");
  EXPECT_EQ(Found(router_, "DELETE", "/v1/namespaces/n/functions/a"), "DeleteFunction namespaces/n/functions/a");
  EXPECT_EQ(Found(router_, "GET", "/functions/a/revisions"), "ListFunctionRevisions a");
  EXPECT_EQ(Found(router_, "GET", "/v1/functions:watch"), "WatchFunctions");
  EXPECT_EQ(Found(router_, "POST", "/invoke/a"), "Invoke a");
  EXPECT_EQ(Found(router_, "POST", "/v1/namespaces/n/functions/a.b-c_d:invoke"),
            "Invoke namespaces/n/functions/a.b-c_d");
  EXPECT_EQ(Found(router_, "POST", "/run"), "Run");
  EXPECT_EQ(Found(router_, "POST", "/v1/functions:run"), "Run");
  EXPECT_EQ(Found(router_, "POST", "/v1/functions:check"), "CheckFunction");
}

TEST_F(ContractTest, ShortPathsOfACallTakeAndGiveTheBareJsonText) {
  const Route& route = *router_.Find("POST", "/invoke/a")->route;
  EXPECT_EQ(route.body_form, BodyForm::kJsonText);
  EXPECT_EQ(route.response_form, BodyForm::kJsonText);
  const Route& whole = *router_.Find("POST", "/v1/namespaces/n/functions/a:invoke")->route;
  EXPECT_EQ(whole.body_form, BodyForm::kJsonText);
  EXPECT_EQ(whole.response_form, BodyForm::kJson);
  EXPECT_NE(router_.Find("PATCH", "/functions/a")->route->update_mask, nullptr);
}

TEST_F(ContractTest, NamesTheMethodsOfAKnownPath) {
  EXPECT_THAT(router_.Find("PUT", "/functions/a")->allowed, ElementsAre("DELETE", "GET", "PATCH"));
  EXPECT_THAT(router_.Find("GET", "/invoke/a")->allowed, ElementsAre("POST"));
  EXPECT_THAT(router_.Find("GET", "/nowhere")->allowed, IsEmpty());
  EXPECT_THAT(router_.Find("GET", "/v1/namespaces/n/functions/a:other")->allowed, IsEmpty());
}

class RouterTest : public ::testing::Test {
 protected:
  RouterTest() { AddService(*testdata::Nested::descriptor()->file()->FindServiceByName("EchoService"), router_); }
  Router router_;
};

TEST_F(RouterTest, WithNoRouteForAVerbTheColonIsPartOfTheSegment) {
  EXPECT_EQ(Found(router_, "POST", "/echo/a:nest"), "Post a");
  EXPECT_EQ(Found(router_, "GET", "/echo/a:b"), "Get a:b");
  EXPECT_EQ(Found(router_, "GET", "/echo/a%3Anest"), "Get a:nest");
  EXPECT_EQ(Found(router_, "POST", "/echo/a%3Anest"), "");
  EXPECT_EQ(Found(router_, "POST", "/echo/:nest"), "");
}

TEST_F(RouterTest, TakesTheRestOfAPath) {
  EXPECT_EQ(Found(router_, "GET", "/files/a/b%20c/d"), "Get a/b c/d");
  EXPECT_EQ(Found(router_, "GET", "/files/"), "Get ");
  EXPECT_EQ(Found(router_, "GET", "/files"), "Get ");
}

TEST_F(RouterTest, ALiteralMayBeEscaped) { EXPECT_EQ(Found(router_, "GET", "/%65cho/a"), "Get a"); }

TEST_F(RouterTest, RefusesASecondRouteOfOnePath) {
  auto routes = RoutesOf(*testdata::Nested::descriptor()->file()->FindServiceByName("EchoService")->method(0));
  ASSERT_TRUE(routes.ok());
  EXPECT_EQ(router_.Add(std::move((*routes)[0])).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(RouterTest, AMethodWithoutAnAnnotationHasNoRoute) {
  const auto* hidden =
      testdata::Nested::descriptor()->file()->FindServiceByName("EchoService")->FindMethodByName("Hidden");
  EXPECT_THAT(*RoutesOf(*hidden), IsEmpty());
}

TEST_F(RouterTest, ALongPathIsSafe) {
  std::string path;
  for (int i = 0; i < 10'000; ++i) path += "/a:";
  EXPECT_EQ(Found(router_, "GET", path), "");
}

}  // namespace
}  // namespace mayfly::gateway
