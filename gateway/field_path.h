// Fields by their dotted names, for path variables and query keys.
#ifndef MAYFLY_GATEWAY_FIELD_PATH_H_
#define MAYFLY_GATEWAY_FIELD_PATH_H_

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace google::protobuf {
class Descriptor;
class FieldDescriptor;
class Message;
}  // namespace google::protobuf

namespace mayfly::gateway {

// From the outermost message inwards; all but the last are single messages. Not empty.
using FieldPath = std::vector<const google::protobuf::FieldDescriptor*>;

// "manifest.languageId" or "manifest.language_id". nullopt if there is no such field.
std::optional<FieldPath> ResolveFieldPath(const google::protobuf::Descriptor& descriptor, std::string_view name);

// Sets the field from a text that is not JSON, or adds to it if it is repeated. Returns "" or what is wrong with the
// text.
std::string SetFieldFromText(std::string_view text, const FieldPath& path, google::protobuf::Message& message);

}  // namespace mayfly::gateway

#endif  // MAYFLY_GATEWAY_FIELD_PATH_H_
