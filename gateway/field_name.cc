#include "gateway/field_name.h"

#include <google/protobuf/descriptor.h>

namespace mayfly::gateway {

const google::protobuf::FieldDescriptor* FindField(const google::protobuf::Descriptor& descriptor,
                                                   std::string_view name) {
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const google::protobuf::FieldDescriptor* field = descriptor.field(i);
    if (name == field->json_name() || name == field->name()) return field;
  }
  return nullptr;
}

}  // namespace mayfly::gateway
