#include "mayfly/in_process_backend.h"

#include <gtest/gtest.h>

#include "absl/synchronization/notification.h"
#include "absl/time/clock.h"
#include "mayfly/contract.h"
#include "mayfly/v1/invocation_service.pb.h"

namespace mayfly {
namespace {

const google::protobuf::MethodDescriptor& InvokeMethod() { return FindMethod(kInvocationService, "Invoke"); }

class InProcessBackendTest : public testing::Test {
 protected:
  using Handler = std::function<void(std::shared_ptr<ServerCall>, v1::InvokeRequest&, v1::InvokeResponse&, UnaryDone)>;

  absl::Status Call(Handler handler, absl::Time deadline = absl::InfiniteFuture()) {
    methods_.AddUnary<v1::InvokeRequest, v1::InvokeResponse>("mayfly.v1.InvocationService.Invoke", std::move(handler));
    return InProcessBackend(methods_).Call(InvokeMethod(), request_, response_, deadline);
  }

  MethodTable methods_;
  v1::InvokeRequest request_;
  v1::InvokeResponse response_;
};

TEST_F(InProcessBackendTest, AServiceMayMoveFromItsRequestAndTheCallerKeepsItsOwn) {
  request_.set_event("[1]");
  const absl::Status status = Call([](auto, auto& request, auto& response, UnaryDone done) {
    *response.mutable_result() = std::move(*request.mutable_event());
    std::move(done)(absl::OkStatus());
  });
  EXPECT_TRUE(status.ok());
  EXPECT_EQ(response_.result(), "[1]");
  EXPECT_EQ(request_.event(), "[1]");
}

TEST_F(InProcessBackendTest, HandsTheDeadlineAndTheErrorOn) {
  const absl::Time deadline = absl::Now() + absl::Hours(1);
  const absl::Status status = Call(
      [deadline](auto call, auto&, auto&, UnaryDone done) {
        EXPECT_EQ(call->deadline(), deadline);
        std::move(done)(absl::NotFoundError("no"));
      },
      deadline);
  EXPECT_EQ(status, absl::NotFoundError("no"));
}

TEST_F(InProcessBackendTest, CancelsAndLeavesACallWhoseDeadlineHasPassed) {
  UnaryDone late;
  bool is_cancelled = false;
  const absl::Status status = Call(
      [&](auto call, auto&, auto&, UnaryDone done) {
        call->OnCancel([&is_cancelled] { is_cancelled = true; });
        late = std::move(done);
      },
      absl::Now());
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_TRUE(is_cancelled);
  std::move(late)(absl::OkStatus());
}

TEST_F(InProcessBackendTest, AMethodNobodyServesIsUnimplemented) {
  EXPECT_EQ(InProcessBackend(methods_).Call(InvokeMethod(), request_, response_, absl::InfiniteFuture()).code(),
            absl::StatusCode::kUnimplemented);
}

}  // namespace
}  // namespace mayfly
