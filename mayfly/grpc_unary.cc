#include "mayfly/grpc_unary.h"

#include <memory>
#include <utility>

#include "mayfly/grpc_call.h"

namespace mayfly {
namespace {

class UnaryReactor final : public grpc::ServerUnaryReactor {
 public:
  explicit UnaryReactor(grpc::CallbackServerContext& context) : context_(context), call_(MakeServerCall(context)) {}

  void Start(const Method& method, const Authenticator& authenticator, google::protobuf::Message& request,
             google::protobuf::Message& response) {
    if (absl::Status status = Authenticate(authenticator, *call_); !status.ok()) return Answer(status);
    method.unary(call_, request, response, [this](absl::Status status) { Answer(status); });
  }

  // The caller has gone, has cancelled, or its deadline has passed.
  void OnCancel() override { call_->Cancel(); }

  void OnDone() override { delete this; }

 private:
  // gRPC keeps it until this reactor is known to it, if the service was quicker.
  void Answer(const absl::Status& status) {
    for (const auto& [key, value] : call_->response_metadata()) context_.AddInitialMetadata(key, value);
    Finish(ToGrpcStatus(status, *call_));
  }

  grpc::CallbackServerContext& context_;
  const std::shared_ptr<ServerCall> call_;
};

}  // namespace

grpc::ServerUnaryReactor* ServeUnary(const Method& method, const Authenticator& authenticator,
                                     grpc::CallbackServerContext& context, google::protobuf::Message& request,
                                     google::protobuf::Message& response) {
  auto* reactor = new UnaryReactor(context);
  reactor->Start(method, authenticator, request, response);
  return reactor;
}

}  // namespace mayfly
