// A gRPC status's details, as absl::Status carries them.
#ifndef MAYFLY_BASE_GRPC_DETAILS_H_
#define MAYFLY_BASE_GRPC_DETAILS_H_

#include <optional>

#include "absl/status/status.h"

namespace grpc {
class Status;
}

namespace mayfly {

// The error that a Mayfly server sent, with its details (base/error.h). nullopt if `status` has none, none that can be
// read, or those of another code: then it comes from the connection, or from gRPC itself, and the caller says what that
// means to it.
std::optional<absl::Status> FindServerError(const grpc::Status& status);

}  // namespace mayfly

#endif  // MAYFLY_BASE_GRPC_DETAILS_H_
