#include "mayfly/grpc_door.h"

#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/impl/service_type.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "mayfly/grpc_services.h"
#include "mayfly/reflection_guard.h"

namespace mayfly {
namespace {

int Milliseconds(absl::Duration duration) { return static_cast<int>(absl::ToInt64Milliseconds(duration)); }

void SetLimits(grpc::ServerBuilder& builder, size_t body_bytes_max) {
  builder.SetMaxReceiveMessageSize(static_cast<int>(body_bytes_max));
  builder.SetMaxSendMessageSize(static_cast<int>(kReplyBytesMax));
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, static_cast<int>(kMetadataBytesMax));
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kGrpcStreamsMax);
  // A peer that is gone without a word is noticed, and one that pings too often is cut off.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, Milliseconds(kGrpcKeepaliveTime));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, Milliseconds(kGrpcKeepaliveTimeout));
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, Milliseconds(kGrpcPingIntervalMin));
  // Two servers on one port would share its connections in silence.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // Our services need no threads of the synchronous kind; only gRPC's reflection does.
  grpc::ResourceQuota quota("mayfly");
  quota.SetMaxThreads(kGrpcSyncThreadsMax);
  builder.SetResourceQuota(quota);
}

// "1.2.3.4:5" or "[::1]:5".
std::string Endpoint(const std::string& address, int port) {
  return absl::StrContains(address, ':') ? absl::StrCat("[", address, "]:", port) : absl::StrCat(address, ":", port);
}

}  // namespace

absl::StatusOr<std::unique_ptr<GrpcDoor>> GrpcDoor::Open(const Options& options, const MethodTable& methods,
                                                         const Authenticator& authenticator) {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  SetLimits(builder, options.body_bytes_max);
  const std::string endpoint = Endpoint(options.address, options.port);
  int port = 0;
  builder.AddListeningPort(endpoint, grpc::InsecureServerCredentials(), &port);
  std::vector<std::unique_ptr<grpc::Service>> services = MakeGrpcServices(methods, authenticator);
  for (const auto& service : services) builder.RegisterService(service.get());
  GuardReflection(builder, authenticator);
  std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  if (server == nullptr || port == 0) {
    return absl::UnavailableError(absl::StrCat("cannot listen for gRPC on ", endpoint, ", where another process may"));
  }
  return std::unique_ptr<GrpcDoor>(new GrpcDoor(std::move(services), std::move(server), static_cast<uint16_t>(port)));
}

GrpcDoor::GrpcDoor(std::vector<std::unique_ptr<grpc::Service>> services, std::unique_ptr<grpc::Server> server,
                   uint16_t port)
    : services_(std::move(services)), server_(std::move(server)), port_(port) {}

GrpcDoor::~GrpcDoor() { Close(absl::ZeroDuration()); }

void GrpcDoor::StartDraining() { server_->GetHealthCheckService()->SetServingStatus(false); }

void GrpcDoor::Close(absl::Duration time_max) { server_->Shutdown(absl::ToChronoTime(absl::Now() + time_max)); }

}  // namespace mayfly
