// Which fields of a manifest an update takes.
#ifndef MAYFLY_CONTROLPLANE_UPDATE_MASK_H_
#define MAYFLY_CONTROLPLANE_UPDATE_MASK_H_

#include "absl/status/status.h"

namespace google::protobuf {
class FieldMask;
}
namespace mayfly::v1 {
class Manifest;
}

namespace mayfly::controlplane {

// Checks the paths: the manifest's own fields, each whole, in either spelling ("timeout_millis", "timeoutMillis"), or
// "*" alone. Errors: INVALID_ARGUMENT REQUEST_INVALID, naming the nearest field.
absl::Status ValidateUpdateMask(const google::protobuf::FieldMask& mask);

// Replaces the fields of `target` that a valid mask names, all of them when it is empty or "*", by those of `update`,
// which is used up.
void ApplyUpdateMask(const google::protobuf::FieldMask& mask, v1::Manifest update, v1::Manifest& target);

}  // namespace mayfly::controlplane

#endif  // MAYFLY_CONTROLPLANE_UPDATE_MASK_H_
