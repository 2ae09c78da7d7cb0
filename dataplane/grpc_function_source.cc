#include "dataplane/grpc_function_source.h"

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>

#include <utility>

#include "dataplane/peer_status.h"
#include "mayfly/v1/function_service.grpc.pb.h"

namespace mayfly::dataplane {

// One request under way. gRPC needs all of it until it calls back.
struct GrpcFunctionSource::Request {
  std::unique_ptr<v1::FunctionService::Stub> stub;
  grpc::ClientContext context;
  v1::GetFunctionRequest request;
  v1::Function response;
  Done done;
};

GrpcFunctionSource::GrpcFunctionSource(std::shared_ptr<grpc::ChannelInterface> channel, Metadata metadata)
    : channel_(std::move(channel)), metadata_(std::move(metadata)) {}

GrpcFunctionSource::~GrpcFunctionSource() {
  absl::MutexLock lock(mutex_);
  mutex_.Await(absl::Condition(+[](int* requests) { return *requests == 0; }, &requests_));
}

void GrpcFunctionSource::Get(const FunctionName& name, int32_t revision, absl::Time deadline, Done done) {
  {
    absl::MutexLock lock(mutex_);
    ++requests_;
  }
  auto request = std::make_shared<Request>();
  request->stub = v1::FunctionService::NewStub(channel_);
  for (const auto& [key, value] : metadata_) request->context.AddMetadata(key, value);
  if (deadline != absl::InfiniteFuture()) request->context.set_deadline(absl::ToChronoTime(deadline));
  request->request.set_name(name.ToString());
  request->request.set_revision(revision);
  request->request.set_view(v1::FULL);
  request->done = std::move(done);
  request->stub->async()->GetFunction(
      &request->context, &request->request, &request->response,
      [this, answered = request](grpc::Status status) mutable { OnAnswer(std::move(answered), status); });
}

void GrpcFunctionSource::OnAnswer(std::shared_ptr<Request> request, const grpc::Status& status) {
  Done done = std::move(request->done);
  absl::StatusOr<v1::Function> function;
  if (status.ok()) {
    function = std::move(request->response);
  } else {
    function = FromPeer(status);
  }
  request.reset();
  {
    absl::MutexLock lock(mutex_);
    --requests_;
  }
  std::move(done)(std::move(function));  // this object may be gone
}

}  // namespace mayfly::dataplane
