// The field mask that a PATCH's body stands for.
#ifndef MAYFLY_GATEWAY_FIELD_MASK_H_
#define MAYFLY_GATEWAY_FIELD_MASK_H_

#include <string>
#include <string_view>
#include <vector>

namespace google::protobuf {
class Descriptor;
}

namespace mayfly::gateway {

// The paths, by the proto's own names, of the fields that `json` sets: "source", "limits.memory_mib". A map or a list
// counts as one field. `json` is an object that ReadJsonMessage has taken for a message of this type.
std::vector<std::string> FieldMaskPaths(std::string_view json, const google::protobuf::Descriptor& descriptor);

}  // namespace mayfly::gateway

#endif  // MAYFLY_GATEWAY_FIELD_MASK_H_
