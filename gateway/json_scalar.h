// One value of a field from its JSON text.
#ifndef MAYFLY_GATEWAY_JSON_SCALAR_H_
#define MAYFLY_GATEWAY_JSON_SCALAR_H_

#include <string>
#include <string_view>

namespace google::protobuf {
class FieldDescriptor;
class Message;
}  // namespace google::protobuf

namespace mayfly::gateway {

// Sets a field that is no message, or, if it is repeated, adds to it. `json` is one valid JSON value. Returns "" or
// what is wrong with it: "must be a number from -2147483648 to 2147483647".
std::string SetScalarFromJson(std::string_view json, const google::protobuf::FieldDescriptor& field,
                              google::protobuf::Message& message);

// The same from text that is not JSON: a path's or a query's.
std::string SetScalarFromText(std::string_view text, const google::protobuf::FieldDescriptor& field,
                              google::protobuf::Message& message);

}  // namespace mayfly::gateway

#endif  // MAYFLY_GATEWAY_JSON_SCALAR_H_
