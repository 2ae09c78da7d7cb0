#include "dataplane/peer_status.h"

#include <grpcpp/support/status.h>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/reason.h"
#include "google/rpc/status.pb.h"

namespace mayfly::dataplane {

absl::Status FromPeer(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  google::rpc::Status details;
  if (!status.error_details().empty() && details.ParseFromString(status.error_details()) &&
      details.code() == static_cast<int>(status.error_code())) {
    return FromRpcStatus(details);
  }
  if (status.error_code() != grpc::StatusCode::UNAVAILABLE) {
    return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  }
  return WithRetryAfter(
      MakeError(absl::StatusCode::kUnavailable, reason::kPeerUnreachable,
                absl::StrCat("The control plane can't be reached: ", status.error_message(), ". Try again later.")),
      kRetryDelay);
}

}  // namespace mayfly::dataplane
