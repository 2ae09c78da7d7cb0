#include "mayfly/grpc_health.h"

#include <utility>

#include "absl/status/status.h"
#include "grpc/health/v1/health.pb.h"

namespace mayfly {
namespace {

using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

HealthCheckResponse::ServingStatus StatusOf(bool is_draining) {
  return is_draining ? HealthCheckResponse::NOT_SERVING : HealthCheckResponse::SERVING;
}

HealthCheckResponse Response(HealthCheckResponse::ServingStatus status) {
  HealthCheckResponse response;
  response.set_status(status);
  return response;
}

// A watch ends with its caller, or with the server, which cancels it.
absl::Status WatchEnd() { return absl::CancelledError("the watch was cancelled"); }

}  // namespace

GrpcHealth::GrpcHealth() {
  methods_.AddUnary<HealthCheckRequest, HealthCheckResponse>(
      "grpc.health.v1.Health.Check",
      [this](std::shared_ptr<ServerCall>, HealthCheckRequest& request, HealthCheckResponse& response, UnaryDone done) {
        if (!request.service().empty()) return std::move(done)(absl::NotFoundError("service name unknown"));
        {
          absl::MutexLock lock(mutex_);
          response.set_status(StatusOf(is_draining_));
        }
        std::move(done)(absl::OkStatus());
      });
  methods_.AddStream<HealthCheckRequest, HealthCheckResponse>(
      "grpc.health.v1.Health.Watch", [this](std::shared_ptr<ServerCall> call, const HealthCheckRequest& request,
                                            std::shared_ptr<ServerStream> stream) {
        if (request.service().empty()) return Watch(*call, std::move(stream));
        stream->Write(Response(HealthCheckResponse::SERVICE_UNKNOWN));
        call->OnCancel([stream] { stream->Finish(WatchEnd()); });
      });
}

void GrpcHealth::Watch(ServerCall& call, std::shared_ptr<ServerStream> stream) {
  {
    absl::MutexLock lock(mutex_);
    // Inside the lock, so that a change comes after what it changes. A write calls nobody back.
    stream->Write(Response(StatusOf(is_draining_)));
    watches_.push_back(stream);
  }
  call.OnCancel([this, stream] {
    Forget(stream);
    stream->Finish(WatchEnd());
  });
}

void GrpcHealth::Forget(const std::shared_ptr<ServerStream>& stream) {
  absl::MutexLock lock(mutex_);
  std::erase(watches_, stream);
}

void GrpcHealth::StartDraining() {
  absl::MutexLock lock(mutex_);
  if (std::exchange(is_draining_, true)) return;
  for (const std::shared_ptr<ServerStream>& stream : watches_) stream->Write(Response(StatusOf(is_draining_)));
}

}  // namespace mayfly
