#include "gateway/request_reader.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <optional>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/reason.h"
#include "gateway/field_mask.h"
#include "gateway/json_reader.h"
#include "gateway/percent.h"

namespace mayfly::gateway {
namespace {

namespace pb = google::protobuf;

absl::Status Invalid(const std::string& field, const std::string& problem) {
  return MakeFieldError(reason::kRequestInvalid, {{field, problem}});
}

void SetHttpBody(std::string content_type, std::string data, pb::Message& body) {
  const pb::Descriptor& descriptor = *body.GetDescriptor();
  const pb::Reflection& reflection = *body.GetReflection();
  reflection.SetString(&body, descriptor.FindFieldByName("content_type"), std::move(content_type));
  reflection.SetString(&body, descriptor.FindFieldByName("data"), std::move(data));
}

// An update's mask, when the query has not given one: what the body names.
void SetUpdateMask(const Route& route, std::string_view body, pb::Message& message) {
  pb::Message* mask = message.GetReflection()->MutableMessage(&message, route.update_mask);
  const pb::FieldDescriptor* paths = mask->GetDescriptor()->FindFieldByName("paths");
  for (std::string& path : FieldMaskPaths(body, *route.body_field->message_type())) {
    mask->GetReflection()->AddString(mask, paths, std::move(path));
  }
}

absl::Status ReadBody(const Route& route, RequestParts& parts, pb::Message& message) {
  if (route.body == Route::Body::kNone) return absl::OkStatus();
  const pb::Reflection& reflection = *message.GetReflection();
  const bool whole = route.body == Route::Body::kWhole;
  switch (route.body_form) {
    case BodyForm::kJsonText:
      reflection.SetString(&message, route.body_field, std::move(parts.body));
      return absl::OkStatus();
    case BodyForm::kHttpBody:
      SetHttpBody(std::move(parts.content_type), std::move(parts.body),
                  whole ? message : *reflection.MutableMessage(&message, route.body_field));
      return absl::OkStatus();
    case BodyForm::kJson:
      if (parts.body.empty()) return absl::OkStatus();
      return whole ? ReadJsonMessage(parts.body, message) : ReadJsonField(parts.body, *route.body_field, message);
  }
  return absl::OkStatus();
}

// Fields that the query may not set, because the path or the body does.
bool IsBoundElsewhere(const Route& route, const FieldPath& path) {
  if (path.front() == route.body_field) return true;
  for (const FieldPath& variable : route.variables) {
    if (variable == path) return true;
  }
  return false;
}

absl::Status ReadQuery(const Route& route, std::string_view query, pb::Message& message) {
  if (query.empty() || route.body == Route::Body::kWhole) return absl::OkStatus();
  const auto pairs = ParseQuery(query);
  if (!pairs.has_value()) {
    return MakeError(absl::StatusCode::kInvalidArgument, reason::kRequestInvalid,
                     "the query has an escape that is no '%' and two hex digits, or is not UTF-8");
  }
  absl::flat_hash_set<const pb::FieldDescriptor*> seen;
  for (const auto& [key, value] : *pairs) {
    const auto path = ResolveFieldPath(*message.GetDescriptor(), key);
    if (!path.has_value() || IsBoundElsewhere(route, *path)) continue;
    const bool again = !seen.insert(path->back()).second;
    if (again && !path->back()->is_repeated()) return Invalid(key, "is given more than once in the query");
    std::string problem = SetFieldFromText(value, *path, message);
    if (!problem.empty()) return Invalid(key, absl::StrCat(problem, " (in the query)"));
  }
  return absl::OkStatus();
}

absl::Status ReadPath(const Route& route, const std::vector<std::string>& values, pb::Message& message) {
  for (size_t i = 0; i < values.size(); ++i) {
    std::string problem = SetFieldFromText(values[i], route.variables[i], message);
    if (!problem.empty()) {
      return Invalid(route.path.variables[i].field_path, absl::StrCat(problem, " (in the path)"));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadRequest(const Route& route, RequestParts parts, pb::Message& message) {
  if (absl::Status status = ReadBody(route, parts, message); !status.ok()) return status;
  if (absl::Status status = ReadQuery(route, parts.query, message); !status.ok()) return status;
  if (absl::Status status = ReadPath(route, parts.path_values, message); !status.ok()) return status;
  if (route.update_mask != nullptr && !message.GetReflection()->HasField(message, route.update_mask)) {
    SetUpdateMask(route, parts.body, message);
  }
  return absl::OkStatus();
}

}  // namespace mayfly::gateway
