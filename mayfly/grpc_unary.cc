#include "mayfly/grpc_unary.h"

#include <google/protobuf/message.h>

#include <memory>
#include <utility>

#include "mayfly/grpc_call.h"
#include "mayfly/grpc_message.h"

namespace mayfly {
namespace {

class UnaryReactor final : public grpc::ServerUnaryReactor {
 public:
  UnaryReactor(const Method& method, grpc::CallbackServerContext& context, grpc::ByteBuffer& reply)
      : context_(context),
        reply_(reply),
        call_(MakeServerCall(context)),
        request_(method.request_prototype->New()),
        response_(method.response_prototype->New()) {}

  void Start(const Method& method, const Authenticator& authenticator, const grpc::ByteBuffer& request) {
    if (absl::Status status = Authenticate(authenticator, *call_); !status.ok()) return Answer(status);
    if (absl::Status status = ParseMessage(request, *request_); !status.ok()) return Answer(status);
    method.unary(call_, *request_, *response_, [this](absl::Status status) { Answer(status); });
  }

  // The caller has gone, has cancelled, or its deadline has passed.
  void OnCancel() override { call_->Cancel(); }

  void OnDone() override { delete this; }

 private:
  // gRPC keeps it until this reactor is known to it, if the service was quicker.
  void Answer(const absl::Status& status) {
    for (const auto& [key, value] : call_->response_metadata()) context_.AddInitialMetadata(key, value);
    if (status.ok()) reply_ = SerializeMessage(*response_);
    Finish(ToGrpcStatus(status, *call_));
  }

  grpc::CallbackServerContext& context_;
  grpc::ByteBuffer& reply_;
  const std::shared_ptr<ServerCall> call_;
  const std::unique_ptr<google::protobuf::Message> request_;
  const std::unique_ptr<google::protobuf::Message> response_;
};

}  // namespace

grpc::ServerUnaryReactor* ServeUnary(const Method& method, const Authenticator& authenticator,
                                     grpc::CallbackServerContext& context, const grpc::ByteBuffer& request,
                                     grpc::ByteBuffer& response) {
  auto* reactor = new UnaryReactor(method, context, response);
  reactor->Start(method, authenticator, request);
  return reactor;
}

}  // namespace mayfly
