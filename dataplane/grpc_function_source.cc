#include "dataplane/grpc_function_source.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <utility>

#include "dataplane/peer_status.h"
#include "mayfly/v1/function_service.grpc.pb.h"

namespace mayfly::dataplane {
namespace {

// One request under way. gRPC needs all of it until it calls back.
struct Request {
  std::unique_ptr<v1::FunctionService::Stub> stub;
  grpc::ClientContext context;
  v1::GetFunctionRequest request;
  v1::Function response;
  FunctionSource::Done done;
};

}  // namespace

GrpcFunctionSource::GrpcFunctionSource(std::shared_ptr<grpc::ChannelInterface> channel, Metadata metadata)
    : channel_(std::move(channel)), metadata_(std::move(metadata)) {}

void GrpcFunctionSource::Get(const FunctionName& name, int32_t revision, absl::Time deadline, Done done) {
  auto call = std::make_shared<Request>();
  call->stub = v1::FunctionService::NewStub(channel_);
  for (const auto& [key, value] : metadata_) call->context.AddMetadata(key, value);
  if (deadline != absl::InfiniteFuture()) call->context.set_deadline(absl::ToChronoTime(deadline));
  call->request.set_name(name.ToString());
  call->request.set_revision(revision);
  call->request.set_view(v1::FULL);
  call->done = std::move(done);
  call->stub->async()->GetFunction(&call->context, &call->request, &call->response, [call](grpc::Status status) {
    if (!status.ok()) return std::move(call->done)(FromPeer(status));
    std::move(call->done)(std::move(call->response));
  });
}

}  // namespace mayfly::dataplane
