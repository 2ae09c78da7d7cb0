#include "mayfly/grpc_unary.h"

#include <google/protobuf/arena.h>
#include <google/protobuf/message.h>

#include <memory>

#include "mayfly/grpc_call.h"
#include "mayfly/grpc_event.h"
#include "mayfly/grpc_message.h"

namespace mayfly {
namespace {

// One call, from the wait for it to the last of its events. It owns itself: gRPC's queue holds a pointer to it until
// both its answer has been sent, or could not be, and gRPC is done with it.
class UnaryCall {
 public:
  UnaryCall(const GrpcUnaryMethod& method, GrpcPoller& poller) : method_(method), poller_(poller), writer_(&context_) {
    poller_.AddCall();
    context_.AsyncNotifyWhenDone(ended_.tag());
    method_.accept(&context_, &bytes_, &writer_, &poller_.queue(), begun_.tag());
  }

  ~UnaryCall() { poller_.RemoveCall(); }

  UnaryCall(const UnaryCall&) = delete;
  UnaryCall& operator=(const UnaryCall&) = delete;

 private:
  void OnBegun(bool ok) {
    if (!ok) return delete this;  // the server is shut down
    new UnaryCall(method_, poller_);
    call_ = MakeServerCall(context_);
    request_ = method_.method.request_prototype->New(&arena_);
    response_ = method_.method.response_prototype->New(&arena_);
    Start();
  }

  // The service may answer inside, on this thread or another.
  void Start() {
    if (absl::Status status = Authenticate(method_.authenticator, *call_); !status.ok()) return Answer(status);
    if (absl::Status status = ParseMessage(bytes_, *request_); !status.ok()) return Answer(status);
    method_.method.unary(call_, *request_, *response_, [this](absl::Status status) { Answer(status); });
  }

  // gRPC writes on the thread that answers, and hands the ends of it to the queue's.
  void Answer(const absl::Status& status) {
    for (const auto& [key, value] : call_->response_metadata()) context_.AddInitialMetadata(key, value);
    if (!status.ok()) return writer_.FinishWithError(ToGrpcStatus(status, *call_), answered_.tag());
    writer_.Finish(SerializeMessage(*response_), grpc::Status::OK, answered_.tag());
  }

  void OnAnswered(bool) { Release(); }

  // gRPC is done with the call; or its caller has gone, has cancelled it, or its deadline has passed.
  void OnEnded(bool) {
    if (context_.IsCancelled()) call_->Cancel();
    Release();
  }

  void Release() {
    if (--events_left_ == 0) delete this;
  }

  const GrpcUnaryMethod& method_;
  GrpcPoller& poller_;
  grpc::ServerContext context_;
  grpc::ByteBuffer bytes_;
  GrpcUnaryWriter writer_;
  std::shared_ptr<ServerCall> call_;
  google::protobuf::Arena arena_;
  google::protobuf::Message* request_ = nullptr;
  google::protobuf::Message* response_ = nullptr;
  int events_left_ = 2;  // the answer's and the end's; used by the queue's thread alone
  GrpcCallEvent<UnaryCall, &UnaryCall::OnBegun> begun_{*this};
  GrpcCallEvent<UnaryCall, &UnaryCall::OnAnswered> answered_{*this};
  GrpcCallEvent<UnaryCall, &UnaryCall::OnEnded> ended_{*this};
};

}  // namespace

void ServeUnary(const GrpcUnaryMethod& method, GrpcPoller& poller) { new UnaryCall(method, poller); }

}  // namespace mayfly
