// Messages as JSON, by their descriptors: proto3's mapping, lowerCamelCase, fields without presence printed also when
// they have their default.
#ifndef MAYFLY_GATEWAY_JSON_WRITER_H_
#define MAYFLY_GATEWAY_JSON_WRITER_H_

#include <string>

namespace google::protobuf {
class FieldDescriptor;
class Message;
}  // namespace google::protobuf

namespace mayfly::gateway {

// Appends `message` to `out`, on one line without spaces. (json_text) fields are spliced in verbatim, an empty one as
// null. An Any of a type that this process does not know is printed as {"@type", "value": base64}.
void AppendJsonMessage(const google::protobuf::Message& message, std::string& out);

// Appends the value of one field: a list for a repeated one, an object for a map, null for an unset message.
void AppendJsonField(const google::protobuf::Message& message, const google::protobuf::FieldDescriptor& field,
                     std::string& out);

}  // namespace mayfly::gateway

#endif  // MAYFLY_GATEWAY_JSON_WRITER_H_
