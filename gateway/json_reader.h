// JSON into messages, by their descriptors: proto3's mapping, both spellings of a name, JSON.parse's rule for a key
// that comes twice (the last one holds).
#ifndef MAYFLY_GATEWAY_JSON_READER_H_
#define MAYFLY_GATEWAY_JSON_READER_H_

#include <string_view>

#include "absl/status/status.h"

namespace google::protobuf {
class FieldDescriptor;
class Message;
}  // namespace google::protobuf

namespace mayfly::gateway {

// Sets the fields of `message` that `text`, an object, names. (json_text) fields take their value's own text. A null
// leaves a field at its default.
//
// Errors: INVALID_ARGUMENT REQUEST_INVALID for a text that is not JSON (what ValidateJson says of "the body"), and,
// with a google.rpc.BadRequest that has the JSON path, for a key that is no field (naming the nearest), a value of the
// wrong type or range, and a string with a lone surrogate escape; each names line and column.
absl::Status ReadJsonMessage(std::string_view text, google::protobuf::Message& message);

// Sets one field of `message` from `text`, its value.
absl::Status ReadJsonField(std::string_view text, const google::protobuf::FieldDescriptor& field,
                           google::protobuf::Message& message);

}  // namespace mayfly::gateway

#endif  // MAYFLY_GATEWAY_JSON_READER_H_
