// Fields that hold JSON text, and strings as JSON.
#ifndef MAYFLY_GATEWAY_JSON_TEXT_H_
#define MAYFLY_GATEWAY_JSON_TEXT_H_

#include <string>
#include <string_view>

namespace google::protobuf {
class FieldDescriptor;
}

namespace mayfly::gateway {

// Whether a field is marked with the option (mayfly.v1.json_text): bytes that are one JSON text, which the bridge
// splices verbatim.
bool IsJsonText(const google::protobuf::FieldDescriptor& field);

// Appends `text` as a JSON string. Bytes that are not UTF-8 become U+FFFD.
void AppendJsonString(std::string_view text, std::string& out);

}  // namespace mayfly::gateway

#endif  // MAYFLY_GATEWAY_JSON_TEXT_H_
