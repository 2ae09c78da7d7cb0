// One HTTP binding of an RPC, resolved against the descriptors.
#ifndef MAYFLY_GATEWAY_ROUTE_H_
#define MAYFLY_GATEWAY_ROUTE_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "gateway/field_path.h"
#include "gateway/path_template.h"

namespace google::protobuf {
class FieldDescriptor;
class Message;
class MethodDescriptor;
}  // namespace google::protobuf

namespace mayfly::gateway {

// How a body and a message meet.
enum class BodyForm {
  kJson,
  kJsonText,  // a (json_text) field: the body is its bytes
  kHttpBody,  // google.api.HttpBody: the body is its data
};

// Immutable once made. Descriptors and prototypes are protobuf's and live for ever.
struct Route {
  const google::protobuf::MethodDescriptor* method;
  const google::protobuf::Message* request_prototype;
  const google::protobuf::Message* response_prototype;

  std::string http_method;  // "GET"
  PathTemplate path;
  std::vector<FieldPath> variables;  // the fields of path.variables

  enum class Body { kNone, kWhole, kField };
  Body body = Body::kNone;
  BodyForm body_form = BodyForm::kJson;
  const google::protobuf::FieldDescriptor* body_field = nullptr;  // when kField

  BodyForm response_form = BodyForm::kJson;
  const google::protobuf::FieldDescriptor* response_field = nullptr;  // nullptr: the whole response

  // google.protobuf.FieldMask update_mask of a PATCH with a body field; else nullptr.
  const google::protobuf::FieldDescriptor* update_mask = nullptr;
};

// The bindings of a method's google.api.http, the additional ones too; none if it has no annotation. Errors:
// INVALID_ARGUMENT, naming the method, for one that cannot be served.
absl::StatusOr<std::vector<std::unique_ptr<Route>>> RoutesOf(const google::protobuf::MethodDescriptor& method);

}  // namespace mayfly::gateway

#endif  // MAYFLY_GATEWAY_ROUTE_H_
