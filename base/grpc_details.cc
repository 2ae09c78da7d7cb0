#include "base/grpc_details.h"

#include <grpcpp/support/status.h>

#include "base/error.h"
#include "google/rpc/status.pb.h"

namespace mayfly {

std::optional<absl::Status> FindServerError(const grpc::Status& status) {
  google::rpc::Status details;
  if (status.error_details().empty() || !details.ParseFromString(status.error_details()) ||
      details.code() != static_cast<int>(status.error_code())) {
    return std::nullopt;
  }
  return FromRpcStatus(details);
}

}  // namespace mayfly
