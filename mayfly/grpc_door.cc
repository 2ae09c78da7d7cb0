#include "mayfly/grpc_door.h"

#include <grpc/grpc.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>
#include <grpcpp/server.h>
#include <grpcpp/server_builder.h>

#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "mayfly/contract.h"
#include "mayfly/grpc_health.h"
#include "mayfly/grpc_poller.h"
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
  // Never matched by a shutdown: where this door is the process's last use of gRPC, its end would wait for a thread
  // that gRPC lets poll for 10 s after a write that had to wait (run_poller in its tcp_posix.cc).
  grpc_init();
  grpc::EnableDefaultHealthCheckService(false);
  std::unique_ptr<GrpcDoor> door(new GrpcDoor());
  grpc::ServerBuilder builder;
  SetLimits(builder, options.body_bytes_max);
  const std::string endpoint = Endpoint(options.address, options.port);
  int port = 0;
  builder.AddListeningPort(endpoint, grpc::InsecureServerCredentials(), &port);
  door->services_ = door->MakeServices(methods, authenticator);
  for (const auto& service : door->services_) builder.RegisterService(service.get());
  GuardReflection(builder, authenticator);
  door->poller_ = std::make_unique<GrpcPoller>(builder.AddCompletionQueue());
  door->server_ = builder.BuildAndStart();
  if (door->server_ == nullptr || port == 0) {
    return absl::UnavailableError(absl::StrCat("cannot listen for gRPC on ", endpoint, ", where another process may"));
  }
  door->port_ = static_cast<uint16_t>(port);
  for (const auto& service : door->services_) service->Serve(*door->poller_);
  door->poller_->Start();
  return door;
}

GrpcDoor::GrpcDoor() : health_(std::make_unique<GrpcHealth>()) {}

GrpcDoor::~GrpcDoor() { Close(absl::ZeroDuration()); }

std::vector<std::unique_ptr<GrpcService>> GrpcDoor::MakeServices(const MethodTable& methods,
                                                                 const Authenticator& authenticator) const {
  static constexpr OpenAuthenticator kOpen;  // health needs no token
  std::vector<std::unique_ptr<GrpcService>> services;
  services.push_back(MakeGrpcService(FindService(kFunctionService), methods, authenticator));
  services.push_back(MakeGrpcService(FindService(kInvocationService), methods, authenticator));
  services.push_back(MakeGrpcService(FindService(GrpcHealth::kService), health_->methods(), kOpen));
  std::erase(services, nullptr);
  return services;
}

void GrpcDoor::StartDraining() { health_->StartDraining(); }

void GrpcDoor::Close(absl::Duration time_max) {
  if (server_ != nullptr) server_->Shutdown(absl::ToChronoTime(absl::Now() + time_max));
  if (poller_ != nullptr) poller_->Stop();
}

}  // namespace mayfly
