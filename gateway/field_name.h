// Fields by the names that HTTP clients know.
#ifndef MAYFLY_GATEWAY_FIELD_NAME_H_
#define MAYFLY_GATEWAY_FIELD_NAME_H_

#include <string_view>

namespace google::protobuf {
class Descriptor;
class FieldDescriptor;
}  // namespace google::protobuf

namespace mayfly::gateway {

// The field of either spelling, "languageId" or "language_id"; nullptr if there is none.
const google::protobuf::FieldDescriptor* FindField(const google::protobuf::Descriptor& descriptor,
                                                   std::string_view name);

}  // namespace mayfly::gateway

#endif  // MAYFLY_GATEWAY_FIELD_NAME_H_
