#include "gateway/route.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "gateway/json_text.h"
#include "google/api/annotations.pb.h"
#include "google/api/http.pb.h"

namespace mayfly::gateway {
namespace {

namespace pb = google::protobuf;

constexpr char kHttpBody[] = "google.api.HttpBody";
constexpr char kFieldMask[] = "google.protobuf.FieldMask";

absl::Status Error(const pb::MethodDescriptor& method, std::string_view problem) {
  return absl::InvalidArgumentError(absl::StrCat(method.full_name(), ": google.api.http: ", problem));
}

// Method and path of a rule; both empty if it has none.
std::pair<std::string, std::string> PatternOf(const google::api::HttpRule& rule) {
  switch (rule.pattern_case()) {
    case google::api::HttpRule::kGet:
      return {"GET", rule.get()};
    case google::api::HttpRule::kPut:
      return {"PUT", rule.put()};
    case google::api::HttpRule::kPost:
      return {"POST", rule.post()};
    case google::api::HttpRule::kDelete:
      return {"DELETE", rule.delete_()};
    case google::api::HttpRule::kPatch:
      return {"PATCH", rule.patch()};
    case google::api::HttpRule::kCustom:
      return {rule.custom().kind(), rule.custom().path()};
    case google::api::HttpRule::PATTERN_NOT_SET:
      break;
  }
  return {};
}

BodyForm FormOf(const pb::Descriptor& message) {
  return message.full_name() == kHttpBody ? BodyForm::kHttpBody : BodyForm::kJson;
}

BodyForm FormOf(const pb::FieldDescriptor& field) {
  if (field.is_repeated()) return BodyForm::kJson;
  if (IsJsonText(field)) return BodyForm::kJsonText;
  return field.message_type() == nullptr ? BodyForm::kJson : FormOf(*field.message_type());
}

absl::Status SetPath(const std::string& pattern, Route& route) {
  auto path = PathTemplate::Parse(pattern);
  if (!path.ok()) return Error(*route.method, path.status().message());
  route.path = *std::move(path);
  for (const auto& variable : route.path.variables) {
    auto field = ResolveFieldPath(*route.method->input_type(), variable.field_path);
    if (!field.has_value() || field->back()->is_repeated()) {
      return Error(*route.method, absl::StrCat("no single field '", variable.field_path, "' in the request"));
    }
    route.variables.push_back(*std::move(field));
  }
  return absl::OkStatus();
}

absl::Status SetBody(const std::string& body, Route& route) {
  const pb::Descriptor& request = *route.method->input_type();
  if (body.empty()) return absl::OkStatus();
  if (body == "*") {
    route.body = Route::Body::kWhole;
    route.body_form = FormOf(request);
    return absl::OkStatus();
  }
  route.body = Route::Body::kField;
  route.body_field = request.FindFieldByName(body);
  if (route.body_field == nullptr) return Error(*route.method, absl::StrCat("no field '", body, "' in the request"));
  route.body_form = FormOf(*route.body_field);
  return absl::OkStatus();
}

absl::Status SetResponseBody(const std::string& response_body, Route& route) {
  const pb::Descriptor& response = *route.method->output_type();
  route.response_form = FormOf(response);
  if (response_body.empty()) return absl::OkStatus();
  route.response_field = response.FindFieldByName(response_body);
  if (route.response_field == nullptr) {
    return Error(*route.method, absl::StrCat("no field '", response_body, "' in the response"));
  }
  route.response_form = FormOf(*route.response_field);
  return absl::OkStatus();
}

const pb::FieldDescriptor* UpdateMaskOf(const Route& route) {
  if (route.http_method != "PATCH" || route.body_field == nullptr || route.body_form != BodyForm::kJson) return nullptr;
  const pb::FieldDescriptor* mask = route.method->input_type()->FindFieldByName("update_mask");
  const bool is_mask = mask != nullptr && mask->message_type() != nullptr && !mask->is_repeated() &&
                       mask->message_type()->full_name() == kFieldMask && route.body_field->message_type() != nullptr;
  return is_mask ? mask : nullptr;
}

const pb::Message* PrototypeOf(const pb::Descriptor* descriptor) {
  return pb::MessageFactory::generated_factory()->GetPrototype(descriptor);
}

absl::StatusOr<std::unique_ptr<Route>> RouteOf(const pb::MethodDescriptor& method, const google::api::HttpRule& rule) {
  auto route = std::make_unique<Route>();
  route->method = &method;
  route->request_prototype = PrototypeOf(method.input_type());
  route->response_prototype = PrototypeOf(method.output_type());
  const auto [http_method, pattern] = PatternOf(rule);
  route->http_method = http_method;
  if (absl::Status status = SetPath(pattern, *route); !status.ok()) return status;
  if (absl::Status status = SetBody(rule.body(), *route); !status.ok()) return status;
  if (absl::Status status = SetResponseBody(rule.response_body(), *route); !status.ok()) return status;
  route->update_mask = UpdateMaskOf(*route);
  return route;
}

}  // namespace

absl::StatusOr<std::vector<std::unique_ptr<Route>>> RoutesOf(const pb::MethodDescriptor& method) {
  std::vector<std::unique_ptr<Route>> routes;
  if (!method.options().HasExtension(google::api::http)) return routes;
  if (method.client_streaming()) return Error(method, "a stream of requests has no HTTP form");
  const google::api::HttpRule& rule = method.options().GetExtension(google::api::http);
  auto first = RouteOf(method, rule);
  if (!first.ok()) return first.status();
  routes.push_back(*std::move(first));
  for (const google::api::HttpRule& binding : rule.additional_bindings()) {
    auto route = RouteOf(method, binding);
    if (!route.ok()) return route.status();
    routes.push_back(*std::move(route));
  }
  return routes;
}

}  // namespace mayfly::gateway
