#include "mayfly/server.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/error.h"
#include "base/version.h"
#include "google/rpc/status.pb.h"
#include "mayfly/contract.h"
#include "mayfly/metric_family_builder.h"
#include "mayfly/process_stats.h"

namespace mayfly {
namespace {

// How long the gRPC door refuses calls, at least, before it shuts: gRPC cancels what comes on a connection after that,
// until the client has heard of it, and a client takes UNAVAILABLE for a reason to go elsewhere, but not CANCELLED.
constexpr absl::Duration kRefusalTime = absl::Milliseconds(300);

// For answers that are given to reach their callers.
constexpr absl::Duration kFlushTime = absl::Seconds(1);

// Says which flag chooses another port.
absl::Status WithFlag(const absl::Status& status, std::string_view flag) {
  google::rpc::Status named = ToRpcStatus(status);
  named.set_message(absl::StrCat(status.message(), "; choose another port with ", flag));
  return FromRpcStatus(named);
}

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Open(const ServeOptions& options, std::unique_ptr<Role> role,
                                                     const Authenticator& authenticator, const Clock& clock,
                                                     std::optional<WorkerContainment> containment) {
  std::unique_ptr<Server> server(new Server(std::move(role), std::move(containment)));
  if (absl::Status status = server->OpenHttp(options, authenticator, clock); !status.ok()) return status;
  if (absl::Status status = server->OpenGrpc(options, authenticator); !status.ok()) return status;
  if (absl::Status status = server->OpenMetrics(options, clock); !status.ok()) return status;
  return server;
}

Server::~Server() {
  metrics_.reset();
  if (grpc_ != nullptr) grpc_->Close(absl::ZeroDuration());
  if (http_ != nullptr) {
    http_->Drain();
    http_->CloseAll();
    http_->AwaitDrained(absl::InfiniteDuration());
  }
  // The HTTP door ends when no thread runs its context any more.
  role_->Stop();
}

absl::Status Server::OpenHttp(const ServeOptions& options, const Authenticator& authenticator, const Clock& clock) {
  gateway::Backend* backend = role_->http_backend();
  if (backend == nullptr) return absl::OkStatus();
  absl::StatusOr<std::unique_ptr<gateway::Transcoder>> transcoder = gateway::Transcoder::Create(
      {&FindService(kFunctionService), &FindService(kInvocationService)}, *backend, authenticator, clock,
      {.body_bytes_max = options.body_bytes_max,
       .json_text_bytes_max = options.call_limits.event_bytes_max,
       .metrics = [this] { return MetricsText(); }});
  if (!transcoder.ok()) return transcoder.status();
  transcoder_ = *std::move(transcoder);
  absl::StatusOr<std::unique_ptr<gateway::HttpServer>> http = gateway::HttpServer::Create(
      *role_->http_io(), {.address = options.address, .port = options.port, .connections_max = options.connections_max},
      *transcoder_, clock);
  if (!http.ok()) return WithFlag(http.status(), "--port");
  http_ = *std::move(http);
  http_for_metrics_ = http_.get();
  return absl::OkStatus();
}

absl::Status Server::OpenGrpc(const ServeOptions& options, const Authenticator& authenticator) {
  const MethodTable* methods = role_->methods();
  if (methods == nullptr) return absl::OkStatus();
  absl::StatusOr<std::unique_ptr<GrpcDoor>> grpc =
      GrpcDoor::Open({.address = options.address, .port = options.grpc_port, .body_bytes_max = options.body_bytes_max},
                     *methods, authenticator);
  if (!grpc.ok()) return WithFlag(grpc.status(), "--grpc-port");
  grpc_ = *std::move(grpc);
  return absl::OkStatus();
}

absl::Status Server::OpenMetrics(const ServeOptions& options, const Clock& clock) {
  if (!options.metrics_port.has_value()) return absl::OkStatus();
  absl::StatusOr<std::unique_ptr<MetricsDoor>> metrics = MetricsDoor::Open(
      {.address = options.metrics_address, .port = *options.metrics_port, .connections_max = options.connections_max},
      [this] { return MetricsText(); }, clock);
  if (!metrics.ok()) return WithFlag(metrics.status(), "--metrics-port");
  metrics_ = *std::move(metrics);
  return absl::OkStatus();
}

std::string Server::MetricsText() const {
  MetricsSnapshot snapshot = {.version = kVersion,
                              .process = ReadProcessStats(),
                              .containment = containment_,
                              .data_plane = std::nullopt,
                              .http = std::nullopt};
  if (DataPlane* data_plane = role_->data_plane()) snapshot.data_plane = data_plane->stats();
  if (const gateway::HttpServer* http = http_for_metrics_) {
    snapshot.http = {.connections = http->connections(), .responses = http->responses()};
  }
  return MetricsToText(ToMetricFamilies(snapshot));
}

std::optional<uint16_t> Server::metrics_port() const {
  return metrics_ == nullptr ? std::nullopt : std::optional(metrics_->port());
}

std::optional<uint16_t> Server::http_port() const {
  return http_ == nullptr ? std::nullopt : std::optional(http_->port());
}

std::optional<uint16_t> Server::grpc_port() const {
  return grpc_ == nullptr ? std::nullopt : std::optional(grpc_->port());
}

void Server::Drain(absl::Duration time_max) {
  const absl::Time begin = absl::Now();
  const absl::Time end = begin + time_max;
  const auto left = [end] { return std::max(absl::ZeroDuration(), end - absl::Now()); };
  if (grpc_ != nullptr) grpc_->StartDraining();
  if (transcoder_ != nullptr) transcoder_->StartDraining();
  if (metrics_ != nullptr) metrics_->StartDraining();
  role_->BeginDrain();
  if (http_ != nullptr) http_->Drain();
  role_->AwaitDrained(left());
  if (http_ != nullptr) http_->AwaitDrained(std::max(kFlushTime, left()));
  if (grpc_ != nullptr) absl::SleepFor(begin + kRefusalTime - absl::Now());
  // Health watches never end by themselves, so gRPC gets no more than its answers need.
  if (grpc_ != nullptr) grpc_->Close(kFlushTime);
}

}  // namespace mayfly
