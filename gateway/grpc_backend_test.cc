#include "gateway/grpc_backend.h"

#include <gmock/gmock.h>
#include <google/protobuf/descriptor.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "base/error.h"
#include "base/reason.h"
#include "google/rpc/status.pb.h"
#include "mayfly/v1/function_service.grpc.pb.h"

namespace mayfly::gateway {
namespace {

using ::testing::Contains;
using ::testing::Pair;
using v1::Function;
using v1::FunctionService;
using v1::GetFunctionRequest;
using v1::WatchFunctionsRequest;
using v1::WatchFunctionsResponse;

constexpr char kService[] = "mayfly.v1.FunctionService";

// Sends as many messages as the request's token says, each as soon as the one before is on its way.
class Counter final : public grpc::ServerWriteReactor<WatchFunctionsResponse> {
 public:
  explicit Counter(int count) : left_(count) { Next(); }
  void OnWriteDone(bool ok) override { ok ? Next() : Finish(grpc::Status::CANCELLED); }
  void OnDone() override { delete this; }

 private:
  void Next() {
    if (left_-- == 0) return Finish(grpc::Status(grpc::StatusCode::NOT_FOUND, "the end"));
    message_.set_resume_token(absl::StrCat(left_));
    StartWrite(&message_);
  }

  int left_;
  WatchFunctionsResponse message_;
};

class FakeService final : public FunctionService::CallbackService {
 public:
  absl::Notification cancelled;

  grpc::ServerUnaryReactor* GetFunction(grpc::CallbackServerContext* context, const GetFunctionRequest* request,
                                        Function* response) override {
    context->AddInitialMetadata("mayfly-revision", "4");
    if (request->name() == "wait") return new Waiter(*this);
    auto* reactor = context->DefaultReactor();
    if (request->name() == "missing") {
      const absl::Status error = MakeError(absl::StatusCode::kNotFound, reason::kFunctionNotFound, "no such function");
      reactor->Finish(
          grpc::Status(grpc::StatusCode::NOT_FOUND, "no such function", ToRpcStatus(error).SerializeAsString()));
      return reactor;
    }
    const auto found = context->client_metadata().find("my-key");
    if (found != context->client_metadata().end())
      response->set_id(std::string(found->second.data(), found->second.size()));
    response->set_name(request->name());
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }

  grpc::ServerWriteReactor<WatchFunctionsResponse>* WatchFunctions(grpc::CallbackServerContext*,
                                                                   const WatchFunctionsRequest* request) override {
    return new Counter(std::stoi(request->resume_token()));
  }

 private:
  // Never answers, but when it is cancelled.
  class Waiter final : public grpc::ServerUnaryReactor {
   public:
    explicit Waiter(FakeService& service) : service_(service) {}
    void OnCancel() override {
      service_.cancelled.Notify();
      Finish(grpc::Status::CANCELLED);
    }
    void OnDone() override { delete this; }

   private:
    FakeService& service_;
  };
};

// Takes what a stream says, and drains only when told to.
class FakeStream final : public ServerStream {
 public:
  bool Write(const google::protobuf::Message& message) override {
    absl::MutexLock lock(mutex_);
    tokens_.push_back(static_cast<const WatchFunctionsResponse&>(message).resume_token());
    return !gone_;
  }
  void OnDrained(absl::AnyInvocable<void() &&> callback) override {
    absl::MutexLock lock(mutex_);
    drained_ = std::move(callback);
  }
  void Finish(absl::Status status) override {
    status_ = std::move(status);
    finished_.Notify();
  }

  // Waits until the writer waits.
  void AwaitWaiting() {
    absl::MutexLock lock(mutex_);
    mutex_.Await(absl::Condition(+[](FakeStream* self) { return self->drained_ != nullptr; }, this));
  }
  // The same, and lets it go on.
  void Drain() {
    AwaitWaiting();
    absl::AnyInvocable<void() &&> callback;
    {
      absl::MutexLock lock(mutex_);
      callback = std::exchange(drained_, nullptr);
    }
    std::move(callback)();
  }
  void Leave() {
    absl::MutexLock lock(mutex_);
    gone_ = true;
  }
  size_t written() {
    absl::MutexLock lock(mutex_);
    return tokens_.size();
  }
  absl::Status AwaitFinish() {
    finished_.WaitForNotification();
    return status_;
  }

 private:
  absl::Mutex mutex_;
  std::vector<std::string> tokens_;
  absl::AnyInvocable<void() &&> drained_;
  bool gone_ = false;
  absl::Status status_;
  absl::Notification finished_;
};

class GrpcBackendTest : public ::testing::Test {
 protected:
  GrpcBackendTest() {
    int port = 0;
    grpc::ServerBuilder builder;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&service_);
    server_ = builder.BuildAndStart();
    address_ = absl::StrCat("127.0.0.1:", port);
    backend_ = Connect();
  }
  ~GrpcBackendTest() override { StopServer(); }

  void StopServer() { server_->Shutdown(std::chrono::system_clock::now() + std::chrono::seconds(10)); }

  std::unique_ptr<GrpcBackend> Connect() {
    return std::make_unique<GrpcBackend>(
        GrpcBackend::Channels{{kService, grpc::CreateChannel(address_, grpc::InsecureChannelCredentials())}});
  }

  static const google::protobuf::MethodDescriptor& Method(const char* name) {
    return *GetFunctionRequest::descriptor()->file()->FindServiceByName("FunctionService")->FindMethodByName(name);
  }

  absl::Status Get(const std::shared_ptr<ServerCall>& call, const std::string& name, Function& response) {
    GetFunctionRequest request;
    request.set_name(name);
    absl::Status result;
    absl::Notification done;
    backend_->CallUnary(Method("GetFunction"), call, request, response, [&](absl::Status status) {
      result = std::move(status);
      done.Notify();
    });
    done.WaitForNotification();
    return result;
  }

  FakeService service_;
  std::string address_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<GrpcBackend> backend_;
};

std::shared_ptr<ServerCall> NewCall(Metadata metadata = {}, absl::Time deadline = absl::InfiniteFuture()) {
  return std::make_shared<ServerCall>(deadline, std::move(metadata));
}

TEST_F(GrpcBackendTest, CarriesACallWithItsMetadata) {
  Function response;
  const auto call = NewCall({{"my-key", "my value"}});
  EXPECT_EQ(Get(call, "hello", response), absl::OkStatus());
  EXPECT_EQ(response.name(), "hello");
  EXPECT_EQ(response.id(), "my value");
  EXPECT_THAT(call->response_metadata(), Contains(Pair("mayfly-revision", "4")));
}

TEST_F(GrpcBackendTest, BringsBackAnErrorWithItsDetails) {
  Function response;
  const auto call = NewCall();
  const absl::Status status = Get(call, "missing", response);
  EXPECT_EQ(status, MakeError(absl::StatusCode::kNotFound, reason::kFunctionNotFound, "no such function"));
  EXPECT_THAT(call->response_metadata(), Contains(Pair("mayfly-revision", "4")));
}

TEST_F(GrpcBackendTest, CancelsWhatItStarted) {
  GetFunctionRequest request;
  request.set_name("wait");
  Function response;
  const auto call = NewCall();
  absl::Status result;
  absl::Notification done;
  backend_->CallUnary(Method("GetFunction"), call, request, response, [&](absl::Status status) {
    result = std::move(status);
    done.Notify();
  });
  call->Cancel();
  done.WaitForNotification();
  EXPECT_EQ(result.code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(ErrorReason(result), "CANCELLED");
}

TEST_F(GrpcBackendTest, PassesTheDeadlineOn) {
  Function response;
  const absl::Status status = Get(NewCall({}, absl::Now() + absl::Milliseconds(50)), "wait", response);
  EXPECT_EQ(status.code(), absl::StatusCode::kDeadlineExceeded);
  EXPECT_EQ(ErrorReason(status), "REQUEST_TIMEOUT");
  service_.cancelled.WaitForNotification();
}

TEST_F(GrpcBackendTest, SaysThatNoServerAnswers) {
  StopServer();
  Function response;
  const absl::Status status = Get(NewCall(), "hello", response);
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(ErrorReason(status), "PEER_UNREACHABLE");
}

TEST_F(GrpcBackendTest, KnowsOnlyTheServicesItWasGiven) {
  backend_ = std::make_unique<GrpcBackend>(GrpcBackend::Channels{});
  Function response;
  EXPECT_EQ(Get(NewCall(), "hello", response).code(), absl::StatusCode::kUnimplemented);
}

TEST_F(GrpcBackendTest, ReadsAStreamNoFasterThanItsReader) {
  WatchFunctionsRequest request;
  request.set_resume_token("130");
  auto stream = std::make_shared<FakeStream>();
  backend_->CallServerStream(Method("WatchFunctions"), NewCall(), request, stream);
  stream->Drain();
  stream->Drain();
  EXPECT_EQ(stream->AwaitFinish().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(stream->written(), 130u);
}

TEST_F(GrpcBackendTest, EndsAStreamWhoseReaderIsGone) {
  WatchFunctionsRequest request;
  request.set_resume_token("1000");
  auto stream = std::make_shared<FakeStream>();
  stream->Leave();
  backend_->CallServerStream(Method("WatchFunctions"), NewCall(), request, stream);
  EXPECT_EQ(stream->AwaitFinish().code(), absl::StatusCode::kCancelled);
  EXPECT_EQ(stream->written(), 1u);
}

TEST_F(GrpcBackendTest, CancelsAStream) {
  WatchFunctionsRequest request;
  request.set_resume_token("1000");
  const auto call = NewCall();
  auto stream = std::make_shared<FakeStream>();
  backend_->CallServerStream(Method("WatchFunctions"), call, request, stream);
  stream->AwaitWaiting();
  call->Cancel();
  stream->Drain();
  EXPECT_EQ(stream->AwaitFinish().code(), absl::StatusCode::kCancelled);
}

}  // namespace
}  // namespace mayfly::gateway
