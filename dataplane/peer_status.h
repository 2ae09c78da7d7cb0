// What a call to the control plane ended with.
#ifndef MAYFLY_DATAPLANE_PEER_STATUS_H_
#define MAYFLY_DATAPLANE_PEER_STATUS_H_

#include "absl/status/status.h"

namespace grpc {
class Status;
}

namespace mayfly::dataplane {

// The status with its details. UNAVAILABLE that is gRPC's own, for nobody answered, becomes PEER_UNREACHABLE with
// RetryInfo.
absl::Status FromPeer(const grpc::Status& status);

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_PEER_STATUS_H_
