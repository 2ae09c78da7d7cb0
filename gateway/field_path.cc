#include "gateway/field_path.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gateway/field_name.h"
#include "gateway/json_codec.h"
#include "gateway/json_scalar.h"
#include "gateway/json_text.h"

namespace mayfly::gateway {
namespace {

namespace pb = google::protobuf;

bool IsSingleMessage(const pb::FieldDescriptor& field) {
  return field.message_type() != nullptr && !field.is_repeated();
}

// A message with a JSON form that is a string or a scalar.
std::string SetMessageFromText(std::string_view text, pb::Message& message) {
  const pb::Descriptor& descriptor = *message.GetDescriptor();
  if (IsWrapper(descriptor)) return SetScalarFromText(text, *descriptor.FindFieldByNumber(1), message);
  std::string quoted;
  AppendJsonString(text, quoted);
  if (IsWellKnown(descriptor) && ReadWellKnownJson(quoted, message)) return "";
  return absl::StrCat("must be a ", descriptor.full_name(), " in its text form");
}

}  // namespace

std::optional<FieldPath> ResolveFieldPath(const pb::Descriptor& descriptor, std::string_view name) {
  FieldPath path;
  const pb::Descriptor* parent = &descriptor;
  for (const std::string_view part : absl::StrSplit(name, '.')) {
    const pb::FieldDescriptor* field = parent == nullptr ? nullptr : FindField(*parent, part);
    if (field == nullptr) return std::nullopt;
    path.push_back(field);
    parent = IsSingleMessage(*field) ? field->message_type() : nullptr;
  }
  return path;
}

std::string SetFieldFromText(std::string_view text, const FieldPath& path, pb::Message& message) {
  pb::Message* parent = &message;
  for (size_t i = 0; i + 1 < path.size(); ++i) parent = parent->GetReflection()->MutableMessage(parent, path[i]);
  const pb::FieldDescriptor& field = *path.back();
  if (field.message_type() == nullptr) return SetScalarFromText(text, field, *parent);
  if (field.is_map()) return "cannot be given here";
  const pb::Reflection& reflection = *parent->GetReflection();
  return SetMessageFromText(
      text, field.is_repeated() ? *reflection.AddMessage(parent, &field) : *reflection.MutableMessage(parent, &field));
}

}  // namespace mayfly::gateway
