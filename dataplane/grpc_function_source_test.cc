#include "dataplane/grpc_function_source.h"

#include <grpcpp/channel.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "absl/synchronization/notification.h"
#include "base/error.h"
#include "dataplane/test_functions.h"
#include "google/rpc/status.pb.h"
#include "mayfly/v1/function_service.grpc.pb.h"

namespace mayfly::dataplane {
namespace {

// Has revision 2 of "hello".
class OneFunction final : public v1::FunctionService::Service {
 public:
  grpc::Status GetFunction(grpc::ServerContext*, const v1::GetFunctionRequest* request,
                           v1::Function* response) override {
    if (request->name() != "namespaces/default/functions/hello" || request->view() != v1::FULL) {
      return grpc::Status(grpc::StatusCode::INVALID_ARGUMENT, "not what was expected");
    }
    if (request->revision() == 2) {
      *response = MakeTestFunction("hello", 2);
      return grpc::Status::OK;
    }
    const absl::Status none = MakeError(absl::StatusCode::kNotFound, "FUNCTION_NOT_FOUND", "no such revision");
    return grpc::Status(grpc::StatusCode::NOT_FOUND, "no such revision", ToRpcStatus(none).SerializeAsString());
  }
};

absl::StatusOr<v1::Function> Get(FunctionSource& source, int32_t revision) {
  absl::StatusOr<v1::Function> function;
  absl::Notification done;
  source.Get({"default", "hello"}, revision, absl::InfiniteFuture(), [&](absl::StatusOr<v1::Function> got) {
    function = std::move(got);
    done.Notify();
  });
  done.WaitForNotification();
  return function;
}

TEST(GrpcFunctionSourceTest, GetsARevisionWithItsSource) {
  OneFunction service;
  grpc::ServerBuilder builder;
  builder.RegisterService(&service);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  GrpcFunctionSource source(server->InProcessChannel({}), {});
  EXPECT_EQ(Get(source, 2)->manifest().source(), kTestSource);
  const absl::Status none = Get(source, 3).status();
  EXPECT_EQ(none.code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(ErrorReason(none), "FUNCTION_NOT_FOUND");
  EXPECT_EQ(none.message(), "no such revision");
}

TEST(GrpcFunctionSourceTest, SaysThatNobodyAnswers) {
  GrpcFunctionSource source(grpc::CreateChannel("unix:/nonexistent/mayfly.socket", grpc::InsecureChannelCredentials()),
                            {});
  const absl::Status status = Get(source, 2).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ErrorReason(status), "PEER_UNREACHABLE");
}

}  // namespace
}  // namespace mayfly::dataplane
