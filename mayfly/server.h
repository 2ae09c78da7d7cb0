// A serving process: a role and the doors to it.
#ifndef MAYFLY_MAYFLY_SERVER_H_
#define MAYFLY_MAYFLY_SERVER_H_

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/authenticator.h"
#include "base/clock.h"
#include "gateway/http_server.h"
#include "gateway/transcoder.h"
#include "mayfly/grpc_door.h"
#include "mayfly/metrics.h"
#include "mayfly/metrics_door.h"
#include "mayfly/role.h"
#include "mayfly/serve_options.h"
#include "mayfly/worker_containment.h"

namespace mayfly {

class Server {
 public:
  // Opens the doors that the role has. `containment`, of a role that runs workers, is for the metrics. `authenticator`
  // and `clock` outlive the server. Errors: UNAVAILABLE, with the flag that chooses another port, for a port that is
  // taken.
  static absl::StatusOr<std::unique_ptr<Server>> Open(const ServeOptions& options, std::unique_ptr<Role> role,
                                                      const Authenticator& authenticator, const Clock& clock,
                                                      std::optional<WorkerContainment> containment);

  // Cancels what still runs, waits for it, and ends the role's threads.
  ~Server();

  // nullopt: there is no such door.
  std::optional<uint16_t> http_port() const;
  std::optional<uint16_t> grpc_port() const;
  std::optional<uint16_t> metrics_port() const;

  // Health says that this process is leaving, on both doors; then new calls are refused, and those in flight finish,
  // for `time_max` at most. Called once.
  void Drain(absl::Duration time_max);

 private:
  Server(std::unique_ptr<Role> role, std::optional<WorkerContainment> containment)
      : role_(std::move(role)), containment_(std::move(containment)) {}
  absl::Status OpenHttp(const ServeOptions& options, const Authenticator& authenticator, const Clock& clock);
  absl::Status OpenGrpc(const ServeOptions& options, const Authenticator& authenticator);
  absl::Status OpenMetrics(const ServeOptions& options, const Clock& clock);
  std::string MetricsText() const;

  const std::unique_ptr<Role> role_;
  const std::optional<WorkerContainment> containment_;
  std::unique_ptr<gateway::Transcoder> transcoder_;
  std::unique_ptr<gateway::HttpServer> http_;
  // What http_ holds: its threads scrape before Create has returned it.
  std::atomic<const gateway::HttpServer*> http_for_metrics_ = nullptr;
  std::unique_ptr<GrpcDoor> grpc_;
  std::unique_ptr<MetricsDoor> metrics_;
};

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_SERVER_H_
