#include "mayfly/serve_options.h"

#include <boost/asio/ip/address.hpp>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/error.h"
#include "base/reason.h"

namespace mayfly {
namespace {

absl::Status Refuse(std::string_view message) {
  return MakeError(absl::StatusCode::kInvalidArgument, reason::kRequestInvalid, message);
}

absl::Status ValidateMetricsAddress(const ServeOptions& options) {
  boost::system::error_code error;
  boost::asio::ip::make_address(options.metrics_address, error);
  if (!error) return absl::OkStatus();
  return Refuse(absl::StrCat("--metrics-address ", options.metrics_address, " is no IP address"));
}

absl::Status ValidateAddress(const ServeOptions& options) {
  boost::system::error_code error;
  const auto address = boost::asio::ip::make_address(options.address, error);
  if (error) return Refuse(absl::StrCat("--address ", options.address, " is no IP address"));
  if (address.is_loopback() || !options.tokens.empty() || options.is_open) return absl::OkStatus();
  return Refuse(
      absl::StrCat("--address ", options.address,
                   " can be reached by others: give --token-file FILE, or --insecure-no-auth if that is meant"));
}

absl::Status NeedsPeer(const std::string& address, std::string_view role, std::string_view flag) {
  if (!address.empty()) return absl::OkStatus();
  return Refuse(absl::StrCat("--role=", role, " needs ", flag, " HOST:PORT"));
}

absl::Status ValidatePeers(const ServeOptions& options) {
  switch (options.role) {
    case RoleName::kAll:
      return absl::OkStatus();
    case RoleName::kControl:
      return NeedsPeer(options.data_plane, "control", "--data-plane");
    case RoleName::kData:
      return NeedsPeer(options.control_plane, "data", "--control-plane");
    case RoleName::kGateway: {
      absl::Status status = NeedsPeer(options.control_plane, "gateway", "--control-plane");
      status.Update(NeedsPeer(options.data_plane, "gateway", "--data-plane"));
      return status;
    }
  }
  return absl::OkStatus();
}

absl::Status ValidateMemory(const ServeOptions& options) {
  const bool fits = options.pool.memory_budget_bytes <= options.memory_bytes;
  if (fits || options.memory_bytes == 0 || options.overcommits_memory) return absl::OkStatus();
  return Refuse(absl::StrCat("--max-worker-memory ", options.pool.memory_budget_bytes >> 20, " is more than the ",
                             options.memory_bytes >> 20,
                             " MiB that this process may use: give less, or --overcommit-memory if the kernel may end "
                             "it when its workers use what they are given"));
}

absl::Status ValidateQuarantine(const dataplane::PoolLimits& pool) {
  if (pool.quarantine_time_min <= pool.quarantine_time_max) return absl::OkStatus();
  return Refuse(absl::StrCat("--min-quarantine ", absl::FormatDuration(pool.quarantine_time_min),
                             " is more than --max-quarantine ", absl::FormatDuration(pool.quarantine_time_max)));
}

}  // namespace

absl::Status ValidateServeOptions(const ServeOptions& options) {
  if (absl::Status status = ValidateAddress(options); !status.ok()) return status;
  if (absl::Status status = ValidateMetricsAddress(options); !status.ok()) return status;
  if (absl::Status status = ValidateMemory(options); !status.ok()) return status;
  if (absl::Status status = ValidateQuarantine(options.pool); !status.ok()) return status;
  return ValidatePeers(options);
}

}  // namespace mayfly
