// The gRPC door from outside, over a socket.
#include "mayfly/grpc_door.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include "absl/strings/match.h"
#include "absl/synchronization/notification.h"
#include "base/error.h"
#include "base/reason.h"
#include "google/rpc/status.pb.h"
#include "grpc/health/v1/health.pb.h"
#include "mayfly/v1/function_service.grpc.pb.h"
#include "mayfly/v1/invocation_service.grpc.pb.h"

namespace mayfly {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

// A call of Health/Watch, cancelled at its end.
class HealthWatch {
 public:
  HealthWatch(const std::shared_ptr<grpc::Channel>& channel, const std::string& service)
      : method_("/grpc.health.v1.Health/Watch", grpc::internal::RpcMethod::SERVER_STREAMING, channel) {
    HealthCheckRequest request;
    request.set_service(service);
    reader_.reset(
        grpc::internal::ClientReaderFactory<HealthCheckResponse>::Create(channel.get(), method_, &context_, request));
  }

  ~HealthWatch() {
    context_.TryCancel();
    while (Read().has_value()) {
    }
    reader_->Finish();
  }

  // The next status; nullopt when the watch is over.
  std::optional<HealthCheckResponse::ServingStatus> Read() {
    HealthCheckResponse response;
    if (!reader_->Read(&response)) return std::nullopt;
    return response.status();
  }

 private:
  const grpc::internal::RpcMethod method_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientReader<HealthCheckResponse>> reader_;
};

class GrpcDoorTest : public testing::Test {
 protected:
  GrpcDoorTest() {
    methods_.AddUnary<v1::InvokeRequest, v1::InvokeResponse>(
        "mayfly.v1.InvocationService.Invoke",
        [this](std::shared_ptr<ServerCall> call, v1::InvokeRequest& request, v1::InvokeResponse& response,
               UnaryDone done) { invoke_(std::move(call), request, response, std::move(done)); });
    methods_.AddUnary<v1::GetFunctionRequest, v1::Function>(
        "mayfly.v1.FunctionService.GetFunction",
        [](std::shared_ptr<ServerCall>, v1::GetFunctionRequest& request, v1::Function&, UnaryDone done) {
          std::move(done)(
              MakeError(absl::StatusCode::kNotFound, reason::kFunctionNotFound, "no function " + request.name()));
        });
    methods_.AddStream<v1::WatchFunctionsRequest, v1::WatchFunctionsResponse>(
        "mayfly.v1.FunctionService.WatchFunctions",
        [this](std::shared_ptr<ServerCall> call, const v1::WatchFunctionsRequest&,
               std::shared_ptr<ServerStream> stream) { watch_(std::move(call), std::move(stream)); });
  }

  void Open(const Authenticator& authenticator) {
    absl::StatusOr<std::unique_ptr<GrpcDoor>> door = GrpcDoor::Open({}, methods_, authenticator);
    ASSERT_TRUE(door.ok()) << door.status();
    door_ = *std::move(door);
    channel_ = grpc::CreateChannel("127.0.0.1:" + std::to_string(door_->port()), grpc::InsecureChannelCredentials());
  }

  grpc::Status Invoke(grpc::ClientContext& context, v1::InvokeResponse& response, const std::string& event = "1") {
    v1::InvokeRequest request;
    request.set_event(event);
    return v1::InvocationService::NewStub(channel_)->Invoke(&context, request, &response);
  }

  // Calls any method with bytes; the response's bytes are in `reply`.
  grpc::Status CallRaw(const std::string& method, const std::string& bytes, std::string& reply,
                       std::string token = "") {
    grpc::ClientContext context;
    if (!token.empty()) context.AddMetadata("authorization", "Bearer " + token);
    grpc::Slice slice(bytes);
    grpc::ByteBuffer request(&slice, 1), response;
    grpc::Status status;
    absl::Notification done;
    grpc::GenericStub(channel_).UnaryCall(&context, method, {}, &request, &response, [&](grpc::Status result) {
      status = std::move(result);
      done.Notify();
    });
    done.WaitForNotification();
    grpc::Slice all;
    if (status.ok() && response.DumpToSingleSlice(&all).ok()) reply.assign(all.begin(), all.end());
    return status;
  }

  // grpc.health.v1: 1 is SERVING, 2 NOT_SERVING.
  int Health() {
    std::string reply;
    EXPECT_TRUE(CallRaw("/grpc.health.v1.Health/Check", "", reply).ok());
    return reply.size() == 2 ? reply[1] : 0;
  }

  // Asks for the names of all services; the answer's bytes. The request is `list_services: ""`.
  std::string ListServices(const std::string& token, grpc::Status& status) {
    grpc::ClientContext context;
    if (!token.empty()) context.AddMetadata("authorization", "Bearer " + token);
    grpc::CompletionQueue queue;
    auto call = grpc::GenericStub(channel_).PrepareCall(
        &context, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", &queue);
    const auto wait = [&queue] {
      void* tag = nullptr;
      bool ok = false;
      queue.Next(&tag, &ok);
      return ok;
    };
    call->StartCall(nullptr);
    wait();
    grpc::Slice slice(std::string("\x3a\x00", 2));
    grpc::ByteBuffer request(&slice, 1), response;
    call->Write(request, nullptr);
    wait();
    call->WritesDone(nullptr);
    wait();
    std::string reply;
    call->Read(&response, nullptr);
    if (wait()) {
      grpc::Slice all;
      if (response.DumpToSingleSlice(&all).ok()) reply.assign(all.begin(), all.end());
      call->Read(&response, nullptr);
      wait();
    }
    call->Finish(&status, nullptr);
    wait();
    queue.Shutdown();
    void* tag = nullptr;
    bool ok = false;
    while (queue.Next(&tag, &ok)) {
    }
    return reply;
  }

  const OpenAuthenticator open_;
  const TokenAuthenticator tokens_{{"secret"}};
  MethodTable methods_;
  std::function<void(std::shared_ptr<ServerCall>, v1::InvokeRequest&, v1::InvokeResponse&, UnaryDone)> invoke_;
  std::function<void(std::shared_ptr<ServerCall>, std::shared_ptr<ServerStream>)> watch_;
  std::unique_ptr<GrpcDoor> door_;
  std::shared_ptr<grpc::Channel> channel_;
};

TEST_F(GrpcDoorTest, CarriesMetadataBothWaysAndTheDeadline) {
  invoke_ = [](std::shared_ptr<ServerCall> call, v1::InvokeRequest& request, v1::InvokeResponse& response,
               UnaryDone done) {
    EXPECT_EQ(call->FindRequestMetadata("x-in"), "a");
    EXPECT_LT(call->deadline(), absl::Now() + absl::Seconds(100));
    EXPECT_GT(call->deadline(), absl::Now());
    call->AddResponseMetadata("x-out", "b");
    *response.mutable_result() = std::move(*request.mutable_event());
    std::move(done)(absl::OkStatus());
  };
  Open(open_);
  grpc::ClientContext context;
  context.AddMetadata("x-in", "a");
  context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(90)));
  v1::InvokeResponse response;
  EXPECT_TRUE(Invoke(context, response, "[1]").ok());
  EXPECT_EQ(response.result(), "[1]");
  EXPECT_EQ(context.GetServerInitialMetadata().find("x-out")->second, "b");
}

TEST_F(GrpcDoorTest, ACallWithoutADeadlineHasNone) {
  invoke_ = [](std::shared_ptr<ServerCall> call, v1::InvokeRequest&, v1::InvokeResponse&, UnaryDone done) {
    EXPECT_EQ(call->deadline(), absl::InfiniteFuture());
    std::move(done)(absl::OkStatus());
  };
  Open(open_);
  grpc::ClientContext context;
  v1::InvokeResponse response;
  EXPECT_TRUE(Invoke(context, response).ok());
}

TEST_F(GrpcDoorTest, AnErrorHasItsReasonInItsDetails) {
  Open(open_);
  grpc::ClientContext context;
  v1::GetFunctionRequest request;
  request.set_name("x");
  v1::Function function;
  const grpc::Status status = v1::FunctionService::NewStub(channel_)->GetFunction(&context, request, &function);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(status.error_message(), "no function x");
  google::rpc::Status details;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  EXPECT_EQ(ErrorReason(FromRpcStatus(details)), "FUNCTION_NOT_FOUND");
}

TEST_F(GrpcDoorTest, AClientWithDefaultLimitsSeesTheReasonOfTheLargestError) {
  invoke_ = [](std::shared_ptr<ServerCall>, v1::InvokeRequest&, v1::InvokeResponse&, UnaryDone done) {
    absl::Status status =
        MakeError(absl::StatusCode::kUnknown, reason::kFunctionThrew, std::string(kErrorTextBytesMax, '\n'));
    v1::Receipt receipt;
    receipt.add_logs()->set_text(std::string(kLogBytesMax, 'l'));
    AddErrorDetail(status, receipt);
    std::move(done)(std::move(status));
  };
  Open(open_);
  grpc::ClientContext context;
  v1::InvokeResponse response;
  const grpc::Status status = Invoke(context, response);
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNKNOWN);
  google::rpc::Status details;
  ASSERT_TRUE(details.ParseFromString(status.error_details()));
  EXPECT_EQ(ErrorReason(FromRpcStatus(details)), "FUNCTION_THREW");
}

TEST_F(GrpcDoorTest, ACancelledCallIsCancelledInTheService) {
  absl::Notification begun, cancelled;
  invoke_ = [&](std::shared_ptr<ServerCall> call, v1::InvokeRequest&, v1::InvokeResponse&, UnaryDone done) {
    call->OnCancel([&cancelled, done = std::move(done)]() mutable {
      cancelled.Notify();
      std::move(done)(absl::CancelledError("gone"));
    });
    begun.Notify();
  };
  Open(open_);
  grpc::ClientContext context;
  v1::InvokeRequest request;
  v1::InvokeResponse response;
  absl::Notification ended;
  grpc::Status status;
  const auto stub = v1::InvocationService::NewStub(channel_);
  stub->async()->Invoke(&context, &request, &response, [&](grpc::Status result) {
    status = std::move(result);
    ended.Notify();
  });
  begun.WaitForNotification();
  context.TryCancel();
  ended.WaitForNotification();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::CANCELLED);
  cancelled.WaitForNotification();
}

TEST_F(GrpcDoorTest, ABodyBeyondTheLimitIsRefused) {
  Open(open_);
  grpc::ClientContext context;
  v1::InvokeResponse response;
  EXPECT_EQ(Invoke(context, response, std::string(kBodyBytesMax + 1, ' ')).error_code(),
            grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(GrpcDoorTest, BytesThatAreNoMessageAreTheCallersMistake) {
  Open(open_);
  std::string reply;
  // Field 1 (name), one byte that is no UTF-8; then a length beyond the end.
  for (const char* bytes : {"\x0a\x01\xff", "\x0a\x7f"}) {
    const grpc::Status status = CallRaw("/mayfly.v1.FunctionService/GetFunction", bytes, reply);
    EXPECT_EQ(status.error_code(), grpc::StatusCode::INVALID_ARGUMENT);
    EXPECT_EQ(status.error_message(), "the request is no mayfly.v1.GetFunctionRequest, or its text is not UTF-8");
  }
}

TEST_F(GrpcDoorTest, AMethodNobodyServesIsUnimplemented) {
  Open(open_);
  std::string reply;
  EXPECT_EQ(CallRaw("/mayfly.v1.FunctionService/Nothing", "", reply).error_code(), grpc::StatusCode::UNIMPLEMENTED);
}

TEST_F(GrpcDoorTest, StreamsWhatIsWrittenThenTheStatus) {
  watch_ = [](std::shared_ptr<ServerCall>, std::shared_ptr<ServerStream> stream) {
    v1::WatchFunctionsResponse change;
    for (int i = 0; i < 100; ++i) {
      change.set_resume_token(std::to_string(i));
      EXPECT_TRUE(stream->Write(change));
    }
    stream->OnDrained([stream] { stream->Finish(absl::ResourceExhaustedError("enough")); });
  };
  Open(open_);
  grpc::ClientContext context;
  const auto reader = v1::FunctionService::NewStub(channel_)->WatchFunctions(&context, {});
  v1::WatchFunctionsResponse change;
  int count = 0;
  while (reader->Read(&change)) EXPECT_EQ(change.resume_token(), std::to_string(count++));
  EXPECT_EQ(count, 100);
  EXPECT_EQ(reader->Finish().error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
}

TEST_F(GrpcDoorTest, AStreamsReaderThatStopsReadingIsToldOfByWrite) {
  absl::Notification refused;
  watch_ = [&](std::shared_ptr<ServerCall>, std::shared_ptr<ServerStream> stream) {
    v1::WatchFunctionsResponse change;
    change.set_resume_token(std::string(64 * kKiB, 't'));
    while (stream->Write(change)) {
    }
    refused.Notify();
    stream->Finish(absl::OkStatus());
  };
  Open(open_);
  grpc::ClientContext context;
  const auto reader = v1::FunctionService::NewStub(channel_)->WatchFunctions(&context, {});
  refused.WaitForNotification();
  context.TryCancel();
}

TEST_F(GrpcDoorTest, AStreamThatIsCancelledIsCancelledInTheServiceAndDrained) {
  absl::Notification drained, cancelled;
  watch_ = [&](std::shared_ptr<ServerCall> call, std::shared_ptr<ServerStream> stream) {
    v1::WatchFunctionsResponse change;
    change.set_resume_token(std::string(64 * kKiB, 't'));
    while (stream->Write(change)) {
    }
    stream->OnDrained([&drained] { drained.Notify(); });
    call->OnCancel([&, stream] {
      stream->Finish(absl::CancelledError("gone"));
      cancelled.Notify();
    });
  };
  Open(open_);
  grpc::ClientContext context;
  const auto reader = v1::FunctionService::NewStub(channel_)->WatchFunctions(&context, {});
  v1::WatchFunctionsResponse change;
  EXPECT_TRUE(reader->Read(&change));
  context.TryCancel();
  drained.WaitForNotification();
  cancelled.WaitForNotification();
}

TEST_F(GrpcDoorTest, WithTokensOnlyHealthIsFree) {
  invoke_ = [](std::shared_ptr<ServerCall>, v1::InvokeRequest&, v1::InvokeResponse&, UnaryDone done) {
    std::move(done)(absl::OkStatus());
  };
  watch_ = [](std::shared_ptr<ServerCall>, std::shared_ptr<ServerStream> stream) { stream->Finish(absl::OkStatus()); };
  Open(tokens_);
  v1::InvokeResponse response;
  for (const auto& [token, code] :
       {std::pair("", grpc::StatusCode::UNAUTHENTICATED), std::pair("Bearer wrong", grpc::StatusCode::UNAUTHENTICATED),
        std::pair("Bearer secret", grpc::StatusCode::OK)}) {
    grpc::ClientContext context, watch_context;
    if (*token != 0) context.AddMetadata("authorization", token);
    if (*token != 0) watch_context.AddMetadata("authorization", token);
    EXPECT_EQ(Invoke(context, response).error_code(), code) << token;
    EXPECT_EQ(v1::FunctionService::NewStub(channel_)->WatchFunctions(&watch_context, {})->Finish().error_code(), code);
  }
  EXPECT_EQ(Health(), 1);
}

TEST_F(GrpcDoorTest, ReflectionListsTheServicesToWhoeverHasAToken) {
  Open(tokens_);
  grpc::Status status;
  const std::string listed = ListServices("secret", status);
  EXPECT_TRUE(status.ok()) << status.error_message();
  EXPECT_TRUE(absl::StrContains(listed, "mayfly.v1.FunctionService"));
  EXPECT_TRUE(absl::StrContains(listed, "mayfly.v1.InvocationService"));
  EXPECT_TRUE(absl::StrContains(listed, "grpc.health.v1.Health"));
  EXPECT_FALSE(absl::StrContains(ListServices("", status), "mayfly"));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::UNAUTHENTICATED);
}

TEST_F(GrpcDoorTest, DrainingShowsInHealthBeforeTheDoorCloses) {
  Open(open_);
  EXPECT_EQ(Health(), 1);
  door_->StartDraining();
  EXPECT_EQ(Health(), 2);
  door_->Close(absl::InfiniteDuration());
  std::string reply;
  EXPECT_EQ(CallRaw("/grpc.health.v1.Health/Check", "", reply).error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(GrpcDoorTest, HealthIsKnownOfTheWholeServerAlone) {
  Open(open_);
  std::string reply;
  // Field 1 (service): "x".
  EXPECT_EQ(CallRaw("/grpc.health.v1.Health/Check", "\x0a\x01x", reply).error_code(), grpc::StatusCode::NOT_FOUND);
  EXPECT_EQ(HealthWatch(channel_, "x").Read(), HealthCheckResponse::SERVICE_UNKNOWN);
}

TEST_F(GrpcDoorTest, WhoWatchesHealthIsToldOfTheDrain) {
  Open(tokens_);
  HealthWatch watch(channel_, "");
  EXPECT_EQ(watch.Read(), HealthCheckResponse::SERVING);
  door_->StartDraining();
  EXPECT_EQ(watch.Read(), HealthCheckResponse::NOT_SERVING);
  EXPECT_EQ(HealthWatch(channel_, "").Read(), HealthCheckResponse::NOT_SERVING);
}

TEST_F(GrpcDoorTest, AWatchOfHealthEndsWithTheDoor) {
  Open(open_);
  HealthWatch watch(channel_, "");
  EXPECT_EQ(watch.Read(), HealthCheckResponse::SERVING);
  door_->Close(absl::ZeroDuration());
  EXPECT_EQ(watch.Read(), std::nullopt);
}

TEST_F(GrpcDoorTest, ClosingWaitsForTheAnswerOfACallThatItCancels) {
  std::thread answering;
  std::atomic<bool> is_answered = false;
  absl::Notification begun;
  invoke_ = [&](std::shared_ptr<ServerCall> call, v1::InvokeRequest&, v1::InvokeResponse&, UnaryDone done) {
    call->OnCancel([&, done = std::move(done)]() mutable {
      answering = std::thread([&is_answered, done = std::move(done)]() mutable {
        is_answered = true;
        std::move(done)(absl::CancelledError("gone"));
      });
    });
    begun.Notify();
  };
  Open(open_);
  grpc::ClientContext context;
  v1::InvokeRequest request;
  v1::InvokeResponse response;
  absl::Notification ended;
  const auto stub = v1::InvocationService::NewStub(channel_);
  stub->async()->Invoke(&context, &request, &response, [&](const grpc::Status&) { ended.Notify(); });
  begun.WaitForNotification();
  door_->Close(absl::ZeroDuration());
  EXPECT_TRUE(is_answered);
  answering.join();
  ended.WaitForNotification();
}

TEST_F(GrpcDoorTest, ARolesDoorServesItsOwnServiceAlone) {
  MethodTable none;
  const auto door = GrpcDoor::Open({}, none, open_);
  ASSERT_TRUE(door.ok());
  channel_ = grpc::CreateChannel("127.0.0.1:" + std::to_string((*door)->port()), grpc::InsecureChannelCredentials());
  std::string reply;
  EXPECT_EQ(CallRaw("/mayfly.v1.InvocationService/Invoke", "", reply).error_code(), grpc::StatusCode::UNIMPLEMENTED);
}

TEST_F(GrpcDoorTest, RefusesAPortThatIsTaken) {
  Open(open_);
  const auto second = GrpcDoor::Open({.port = door_->port()}, methods_, open_);
  EXPECT_EQ(second.status().code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(second.status().message(),
            "cannot listen for gRPC on 127.0.0.1:" + std::to_string(door_->port()) + ", where another process may");
}

}  // namespace
}  // namespace mayfly
