#include "base/error.h"

#include <gtest/gtest.h>

#include "base/reason.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace mayfly {
namespace {

TEST(ErrorTest, CarriesItsReasonToTheWireAndBack) {
  const absl::Status status =
      MakeError(absl::StatusCode::kNotFound, reason::kFunctionNotFound, "no function 'a'", {{"nearest", "b"}});
  const google::rpc::Status wire = ToRpcStatus(status);
  EXPECT_EQ(wire.code(), 5);
  EXPECT_EQ(wire.message(), "no function 'a'");
  google::rpc::ErrorInfo info;
  ASSERT_EQ(wire.details_size(), 1);
  ASSERT_TRUE(wire.details(0).UnpackTo(&info));
  EXPECT_EQ(info.domain(), "mayfly");
  EXPECT_EQ(info.metadata().at("nearest"), "b");
  EXPECT_EQ(FromRpcStatus(wire), status);
  EXPECT_EQ(ErrorReason(status), "FUNCTION_NOT_FOUND");
}

TEST(ErrorTest, AnErrorWithoutDetailsHasNoReason) { EXPECT_EQ(ErrorReason(absl::InternalError("x")), ""); }

TEST(ErrorTest, SaysWhenToComeBack) {
  const absl::Status status =
      WithRetryAfter(MakeError(absl::StatusCode::kUnavailable, reason::kOverloaded, "full"), absl::Milliseconds(1500));
  const google::rpc::Status wire = ToRpcStatus(status);
  google::rpc::RetryInfo retry;
  ASSERT_EQ(wire.details_size(), 2);
  ASSERT_TRUE(wire.details(1).UnpackTo(&retry));
  EXPECT_EQ(retry.retry_delay().seconds(), 1);
  EXPECT_EQ(retry.retry_delay().nanos(), 500'000'000);
}

TEST(ErrorTest, JoinsFieldViolationsInItsMessage) {
  const absl::Status status =
      MakeFieldError(reason::kManifestInvalid, {{"id", "is too long"}, {"source", "is required"}});
  EXPECT_EQ(status.message(), "id: is too long; source: is required");
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  google::rpc::BadRequest request;
  ASSERT_TRUE(ToRpcStatus(status).details(1).UnpackTo(&request));
  EXPECT_EQ(request.field_violations(1).field(), "source");
}

}  // namespace
}  // namespace mayfly
