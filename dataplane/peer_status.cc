#include "dataplane/peer_status.h"

#include <grpcpp/support/status.h>

#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/grpc_details.h"
#include "base/limits.h"
#include "base/reason.h"

namespace mayfly::dataplane {

absl::Status FromPeer(const grpc::Status& status) {
  if (status.ok()) return absl::OkStatus();
  if (std::optional<absl::Status> error = FindServerError(status)) return *std::move(error);
  if (status.error_code() != grpc::StatusCode::UNAVAILABLE) {
    return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  }
  return WithRetryAfter(
      MakeError(absl::StatusCode::kUnavailable, reason::kPeerUnreachable,
                absl::StrCat("The control plane can't be reached: ", status.error_message(), ". Try again later.")),
      kRetryDelay);
}

}  // namespace mayfly::dataplane
