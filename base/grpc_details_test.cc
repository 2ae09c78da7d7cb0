#include "base/grpc_details.h"

#include <grpcpp/support/status.h>
#include <gtest/gtest.h>

#include <string>

#include "base/error.h"
#include "base/reason.h"
#include "google/rpc/status.pb.h"

namespace mayfly {
namespace {

const absl::Status kError = MakeError(absl::StatusCode::kNotFound, reason::kFunctionNotFound, "no function 'a'");

grpc::Status WithDetails(grpc::StatusCode code, const std::string& details) {
  return grpc::Status(code, "no function 'a'", details);
}

TEST(GrpcDetailsTest, FindsWhatAServerSent) {
  EXPECT_EQ(FindServerError(WithDetails(grpc::StatusCode::NOT_FOUND, ToRpcStatus(kError).SerializeAsString())), kError);
}

TEST(GrpcDetailsTest, TellsAnErrorOfGrpcItself) {
  EXPECT_EQ(FindServerError(WithDetails(grpc::StatusCode::UNAVAILABLE, "")), std::nullopt);
  EXPECT_EQ(FindServerError(WithDetails(grpc::StatusCode::UNAVAILABLE, "\xFF")), std::nullopt);
}

// An error whose details say OK, or another code, must not be taken for what they say.
TEST(GrpcDetailsTest, TakesNoDetailsOfAnotherCode) {
  const std::string details = ToRpcStatus(kError).SerializeAsString();
  EXPECT_EQ(FindServerError(WithDetails(grpc::StatusCode::INTERNAL, details)), std::nullopt);
  EXPECT_EQ(FindServerError(WithDetails(grpc::StatusCode::INTERNAL, google::rpc::Status().SerializeAsString())),
            std::nullopt);
}

}  // namespace
}  // namespace mayfly
