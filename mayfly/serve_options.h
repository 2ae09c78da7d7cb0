// What `mayfly serve` is told.
#ifndef MAYFLY_MAYFLY_SERVE_OPTIONS_H_
#define MAYFLY_MAYFLY_SERVE_OPTIONS_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "base/limits.h"
#include "dataplane/call_limits.h"
#include "dataplane/pool_limits.h"
#include "mayfly/isolation_options.h"

namespace mayfly {

enum class RoleName { kAll, kControl, kData, kGateway };

struct ServeOptions {
  RoleName role = RoleName::kAll;
  std::string address = "127.0.0.1";
  uint16_t port = 8080;
  uint16_t grpc_port = 50051;
  std::optional<uint16_t> metrics_port;  // nullopt: no such door
  std::string metrics_address = "127.0.0.1";
  std::vector<std::string> tokens;  // any of them lets a caller in; the first is sent to other roles
  bool is_open = false;             // --insecure-no-auth
  std::string control_plane;        // addresses of other roles
  std::string data_plane;
  std::string data_dir;
  std::string worker_dir;
  bool keep_crashed_worker = false;
  IsolationOptions isolation;
  dataplane::PoolLimits pool;
  dataplane::CallLimits call_limits;
  // What this process may use; 0: not known. The workers' memory is held within it, unless that is not wanted.
  int64_t memory_bytes = 0;
  bool overcommits_memory = false;
  int functions_max = kFunctionsMax;
  size_t body_bytes_max = kBodyBytesMax;
  int connections_max = kHttpConnectionsMax;
  absl::Duration drain_time_max = kDrainTimeMax;
};

// INVALID_ARGUMENT, saying what to do, for options that contradict each other or the machine: an address that others
// can reach without a token, a role without its peers, more memory for workers than there is.
absl::Status ValidateServeOptions(const ServeOptions& options);

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_SERVE_OPTIONS_H_
