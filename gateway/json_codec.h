// protobuf's own JSON and its well-known types: the one file that speaks to that utility, whose interface moves between
// releases.
#ifndef MAYFLY_GATEWAY_JSON_CODEC_H_
#define MAYFLY_GATEWAY_JSON_CODEC_H_

#include <memory>
#include <string>
#include <string_view>

namespace google::protobuf {
class Descriptor;
class Message;
}  // namespace google::protobuf

namespace mayfly::gateway {

// Whether messages of this type have a JSON form of their own (Timestamp, Struct, …) that the two functions below know.
// Not so for the wrappers, which are as their value.
bool IsWellKnown(const google::protobuf::Descriptor& descriptor);

// google.protobuf.Int32Value and its like.
bool IsWrapper(const google::protobuf::Descriptor& descriptor);

// google.protobuf.Value, for which null is a value.
bool TakesNull(const google::protobuf::Descriptor& descriptor);

// Reads the JSON form of a well-known type. False: `json` is none.
bool ReadWellKnownJson(std::string_view json, google::protobuf::Message& message);

// Appends that form. False: the type has none.
bool AppendWellKnownJson(const google::protobuf::Message& message, std::string& out);

struct AnyContent {
  std::string type_url;
  std::string bytes;
  std::unique_ptr<google::protobuf::Message> message;  // nullptr if this process does not know the type
};

// `any` is a google.protobuf.Any.
AnyContent UnpackAny(const google::protobuf::Message& any);

}  // namespace mayfly::gateway

#endif  // MAYFLY_GATEWAY_JSON_CODEC_H_
