#include "gateway/response_writer.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <utility>

#include "gateway/json_writer.h"

namespace mayfly::gateway {
namespace {

namespace pb = google::protobuf;

constexpr char kJson[] = "application/json";

// Generated messages hold their strings as std::string: the reference is into `message`.
std::string_view StringOf(const pb::Message& message, const pb::FieldDescriptor* field) {
  std::string unused;
  return message.GetReflection()->GetStringReference(message, field, &unused);
}

HttpResponse JsonTextResponse(const Route& route, std::shared_ptr<const pb::Message> message) {
  HttpResponse response{.content_type = kJson};
  response.shared_body = StringOf(*message, route.response_field);
  if (response.shared_body.empty()) response.shared_body = "null";
  response.shared_owner = std::move(message);
  return response;
}

HttpResponse HttpBodyResponse(const Route& route, std::shared_ptr<const pb::Message> message) {
  const pb::Message& body =
      route.response_field == nullptr ? *message : message->GetReflection()->GetMessage(*message, route.response_field);
  HttpResponse response;
  response.AddHeader("Content-Type", StringOf(body, body.GetDescriptor()->FindFieldByName("content_type")));
  response.shared_body = StringOf(body, body.GetDescriptor()->FindFieldByName("data"));
  response.shared_owner = std::move(message);
  return response;
}

}  // namespace

HttpResponse WriteResponse(const Route& route, std::shared_ptr<const pb::Message> message) {
  switch (route.response_form) {
    case BodyForm::kJsonText:
      return JsonTextResponse(route, std::move(message));
    case BodyForm::kHttpBody:
      return HttpBodyResponse(route, std::move(message));
    case BodyForm::kJson:
      break;
  }
  HttpResponse response{.content_type = kJson};
  response.body = ResponseJson(route, *message);
  return response;
}

std::string ResponseJson(const Route& route, const pb::Message& message) {
  std::string json;
  if (route.response_field == nullptr) {
    AppendJsonMessage(message, json);
  } else {
    AppendJsonField(message, *route.response_field, json);
  }
  return json;
}

}  // namespace mayfly::gateway
