// The client against a live gRPC server that answers as the test says.
#include "clients/cpp/client.h"

#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <sstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/synchronization/notification.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/reason.h"
#include "clients/cpp/grpc_backend.h"
#include "google/rpc/status.pb.h"
#include "mayfly/v1/function_service.grpc.pb.h"
#include "mayfly/v1/invocation_service.grpc.pb.h"

namespace mayfly::client {
namespace {

grpc::Status ToGrpc(const absl::Status& status) {
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), std::string(status.message()),
                      ToRpcStatus(status).SerializeAsString());
}

class Functions final : public v1::FunctionService::Service {
 public:
  grpc::Status DeployFunction(grpc::ServerContext* context, const v1::DeployFunctionRequest* request,
                              v1::Function* function) override {
    const auto token = context->client_metadata().find("authorization");
    if (token != context->client_metadata().end())
      authorization = std::string(token->second.data(), token->second.size());
    function->set_name(request->parent() + "/functions/" + request->manifest().id());
    function->set_revision(1);
    return grpc::Status::OK;
  }

  grpc::Status GetFunction(grpc::ServerContext*, const v1::GetFunctionRequest* request, v1::Function*) override {
    return ToGrpc(MakeError(absl::StatusCode::kNotFound, reason::kFunctionNotFound, "no function " + request->name()));
  }

  grpc::Status ListFunctions(grpc::ServerContext*, const v1::ListFunctionsRequest* request,
                             v1::ListFunctionsResponse* page) override {
    page->add_functions()->set_id(request->page_token().empty() ? "a" : "b");
    if (request->page_token().empty()) page->set_next_page_token("more");
    return grpc::Status::OK;
  }

  grpc::Status UpdateFunction(grpc::ServerContext*, const v1::UpdateFunctionRequest* request,
                              v1::Function* function) override {
    function->set_id(request->update_mask().paths(0) + " " + request->etag());
    return grpc::Status::OK;
  }

  std::string authorization;
};

class Invocations final : public v1::InvocationService::Service {
 public:
  // Ends the call that waits.
  absl::Notification released;

  grpc::Status Invoke(grpc::ServerContext*, const v1::InvokeRequest* request, v1::InvokeResponse* response) override {
    if (request->event() == "\"wait\"") {
      released.WaitForNotification();
      return grpc::Status::CANCELLED;
    }
    if (request->event() == "\"throw\"") return ToGrpc(LargeError());
    response->set_result(request->name() + "@" + std::to_string(request->revision()) + request->event());
    response->mutable_receipt()->set_revision(7);
    return grpc::Status::OK;
  }

  grpc::Status Run(grpc::ServerContext*, const v1::RunRequest* request, v1::RunResponse* response) override {
    response->set_result(request->dependencies().at("greeter").source() + request->event());
    return grpc::Status::OK;
  }

  // As large as an error may be: a stack and logs at their bounds.
  static absl::Status LargeError() {
    absl::Status status = MakeError(absl::StatusCode::kUnknown, reason::kFunctionThrew, "Error: no");
    v1::FunctionError error;
    error.set_type("Error");
    error.set_stack(std::string(kErrorTextBytesMax, 's'));
    v1::Receipt receipt;
    receipt.add_logs()->set_text(std::string(kLogBytesMax, 'l'));
    AddErrorDetail(status, error);
    AddErrorDetail(status, receipt);
    return status;
  }
};

class ClientTest : public testing::Test {
 protected:
  ClientTest() {
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port_);
    builder.RegisterService(&functions_);
    builder.RegisterService(&invocations_);
    server_ = builder.BuildAndStart();
  }

  std::string Address() const { return "127.0.0.1:" + std::to_string(port_); }

  Client Connect(ClientOptions options = {}, std::string token = "") const {
    return Client(ConnectGrpc({.address = Address(), .token = std::move(token)}), std::move(options));
  }

  Functions functions_;
  Invocations invocations_;
  int port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

// The five lines of README.md, with `Address()` for the server's.
absl::Status RunReadme(const std::string& address, std::ostream& out) {
#include "clients/cpp/readme_snippet.inc"
  return absl::OkStatus();
}

TEST_F(ClientTest, TheReadmesLinesWork) {
  std::ostringstream out;
  EXPECT_TRUE(RunReadme(Address(), out).ok());
  EXPECT_EQ(out.str(), "namespaces/default/functions/greet@0{\"name\": \"Ada\"}\n");
}

TEST_F(ClientTest, DeploysIntoItsNamespaceWithItsToken) {
  v1::Manifest manifest;
  manifest.set_id("greet");
  const auto function = Connect({.namespace_id = "team"}, "secret").Deploy(manifest);
  ASSERT_TRUE(function.ok()) << function.status();
  EXPECT_EQ(function->name(), "namespaces/team/functions/greet");
  EXPECT_EQ(functions_.authorization, "Bearer secret");
}

TEST_F(ClientTest, SendsNoTokenWhenItHasNone) {
  ASSERT_TRUE(Connect().Deploy({}).ok());
  EXPECT_EQ(functions_.authorization, "");
}

TEST_F(ClientTest, InvokesByIdAndByWholeName) {
  const auto by_id = Connect().Invoke("greet", "[1]", 3);
  ASSERT_TRUE(by_id.ok()) << by_id.status();
  EXPECT_EQ(by_id->result, "namespaces/default/functions/greet@3[1]");
  EXPECT_EQ(by_id->receipt.revision(), 7);
  EXPECT_EQ(Connect().Invoke("namespaces/x/functions/y")->result, "namespaces/x/functions/y@0");
}

TEST_F(ClientTest, RunsAManifestWithItsDependencies) {
  v1::Manifest manifest;
  (*manifest.mutable_dependencies())["greeter"].set_source("hi");
  EXPECT_EQ(Connect().Run(manifest, "{}")->result, "hi{}");
}

TEST_F(ClientTest, ListsAllPages) {
  const auto functions = Connect().List();
  ASSERT_EQ(functions->size(), 2u);
  EXPECT_EQ(functions->at(0).id() + functions->at(1).id(), "ab");
}

TEST_F(ClientTest, UpdatesTheFieldsAndTheEtagItIsGiven) {
  EXPECT_EQ(Connect().Update("greet", {}, {.fields = {"source"}, .etag = "e1"})->id(), "source e1");
}

TEST_F(ClientTest, KeepsTheReasonOfAnError) {
  const auto function = Connect().Get("gret");
  EXPECT_EQ(function.status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ErrorReason(function.status()), "FUNCTION_NOT_FOUND");
  EXPECT_EQ(function.status().message(), "no function namespaces/default/functions/gret");
  EXPECT_FALSE(FindReceipt(function.status()).has_value());
}

TEST_F(ClientTest, TakesTheLargestErrorWhole) {
  const auto reply = Connect().Invoke("greet", "\"throw\"");
  EXPECT_EQ(ErrorReason(reply.status()), "FUNCTION_THREW");
  ASSERT_TRUE(FindFunctionError(reply.status()).has_value());
  EXPECT_EQ(FindFunctionError(reply.status())->stack().size(), kErrorTextBytesMax);
  EXPECT_EQ(FindReceipt(reply.status())->logs(0).text().size(), kLogBytesMax);
}

TEST_F(ClientTest, EndsACallAtItsDeadline) {
  const auto reply = Connect({.timeout = absl::Milliseconds(20)}).Invoke("greet", "\"wait\"");
  EXPECT_EQ(reply.status().code(), absl::StatusCode::kDeadlineExceeded);
  invocations_.released.Notify();
}

TEST_F(ClientTest, NamesTheAddressWhereNoServerAnswers) {
  server_->Shutdown();
  const auto reply = Connect().Invoke("greet");
  EXPECT_EQ(reply.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ErrorReason(reply.status()), "PEER_UNREACHABLE");
  EXPECT_TRUE(absl::StartsWith(reply.status().message(), "no server answers at " + Address() + " ("));
}

}  // namespace
}  // namespace mayfly::client
