#include "gateway/json_writer.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <charconv>
#include <cmath>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "gateway/json_codec.h"
#include "gateway/json_text.h"

namespace mayfly::gateway {
namespace {

namespace pb = google::protobuf;

// The shortest digits that read back as the same number.
template <typename Float>
void AppendFloat(Float value, std::string& out) {
  if (std::isnan(value)) {
    out += "\"NaN\"";
  } else if (std::isinf(value)) {
    out += value > 0 ? "\"Infinity\"" : "\"-Infinity\"";
  } else if (value == 0 && std::signbit(value)) {
    out += "-0";
  } else {
    char digits[64];
    const auto end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
    out.append(digits, end);
  }
}

void AppendBytes(const pb::FieldDescriptor& field, std::string_view bytes, std::string& out) {
  if (IsJsonText(field)) {
    out += bytes.empty() ? "null" : bytes;
    return;
  }
  absl::StrAppend(&out, "\"", absl::Base64Escape(bytes), "\"");
}

void AppendEnum(const pb::FieldDescriptor& field, int number, std::string& out) {
  if (field.enum_type()->full_name() == "google.protobuf.NullValue") {
    out += "null";
    return;
  }
  const pb::EnumValueDescriptor* value = field.enum_type()->FindValueByNumber(number);
  if (value == nullptr) {
    absl::StrAppend(&out, number);
  } else {
    absl::StrAppend(&out, "\"", value->name(), "\"");
  }
}

// Reads one value of a field: the field itself, or element `index` of a repeated one.
class FieldValue {
 public:
  FieldValue(const pb::Message& message, const pb::FieldDescriptor& field, int index)
      : message_(message), field_(field), reflection_(*message.GetReflection()), index_(index) {}

  void Append(std::string& out) const {
    switch (field_.cpp_type()) {
      case pb::FieldDescriptor::CPPTYPE_INT32:
        absl::StrAppend(&out, Get(&pb::Reflection::GetInt32, &pb::Reflection::GetRepeatedInt32));
        return;
      case pb::FieldDescriptor::CPPTYPE_UINT32:
        absl::StrAppend(&out, Get(&pb::Reflection::GetUInt32, &pb::Reflection::GetRepeatedUInt32));
        return;
      case pb::FieldDescriptor::CPPTYPE_INT64:
        absl::StrAppend(&out, "\"", Get(&pb::Reflection::GetInt64, &pb::Reflection::GetRepeatedInt64), "\"");
        return;
      case pb::FieldDescriptor::CPPTYPE_UINT64:
        absl::StrAppend(&out, "\"", Get(&pb::Reflection::GetUInt64, &pb::Reflection::GetRepeatedUInt64), "\"");
        return;
      case pb::FieldDescriptor::CPPTYPE_DOUBLE:
        AppendFloat(Get(&pb::Reflection::GetDouble, &pb::Reflection::GetRepeatedDouble), out);
        return;
      case pb::FieldDescriptor::CPPTYPE_FLOAT:
        AppendFloat(Get(&pb::Reflection::GetFloat, &pb::Reflection::GetRepeatedFloat), out);
        return;
      case pb::FieldDescriptor::CPPTYPE_BOOL:
        out += Get(&pb::Reflection::GetBool, &pb::Reflection::GetRepeatedBool) ? "true" : "false";
        return;
      case pb::FieldDescriptor::CPPTYPE_ENUM:
        AppendEnum(field_, Get(&pb::Reflection::GetEnumValue, &pb::Reflection::GetRepeatedEnumValue), out);
        return;
      case pb::FieldDescriptor::CPPTYPE_STRING:
        AppendString(out);
        return;
      case pb::FieldDescriptor::CPPTYPE_MESSAGE:
        AppendJsonMessage(index_ < 0 ? reflection_.GetMessage(message_, &field_)
                                     : reflection_.GetRepeatedMessage(message_, &field_, index_),
                          out);
        return;
    }
  }

 private:
  template <typename T>
  T Get(T (pb::Reflection::*one)(const pb::Message&, const pb::FieldDescriptor*) const,
        T (pb::Reflection::*element)(const pb::Message&, const pb::FieldDescriptor*, int) const) const {
    return index_ < 0 ? (reflection_.*one)(message_, &field_) : (reflection_.*element)(message_, &field_, index_);
  }

  void AppendString(std::string& out) const {
    std::string scratch;
    const std::string& text = index_ < 0 ? reflection_.GetStringReference(message_, &field_, &scratch)
                                         : reflection_.GetRepeatedStringReference(message_, &field_, index_, &scratch);
    if (field_.type() == pb::FieldDescriptor::TYPE_BYTES) {
      AppendBytes(field_, text, out);
    } else {
      AppendJsonString(text, out);
    }
  }

  const pb::Message& message_;
  const pb::FieldDescriptor& field_;
  const pb::Reflection& reflection_;
  const int index_;
};

// A map's key: always a string in JSON.
void AppendKey(const pb::Message& entry, std::string& out) {
  std::string key;
  FieldValue(entry, *entry.GetDescriptor()->map_key(), -1).Append(key);
  if (key.starts_with('"')) {
    out += key;
  } else {
    absl::StrAppend(&out, "\"", key, "\"");
  }
}

void AppendMap(const pb::Message& message, const pb::FieldDescriptor& field, std::string& out) {
  const pb::Reflection& reflection = *message.GetReflection();
  out += '{';
  for (int i = 0; i < reflection.FieldSize(message, &field); ++i) {
    if (i > 0) out += ',';
    const pb::Message& entry = reflection.GetRepeatedMessage(message, &field, i);
    AppendKey(entry, out);
    out += ':';
    FieldValue(entry, *entry.GetDescriptor()->map_value(), -1).Append(out);
  }
  out += '}';
}

void AppendList(const pb::Message& message, const pb::FieldDescriptor& field, std::string& out) {
  out += '[';
  for (int i = 0; i < message.GetReflection()->FieldSize(message, &field); ++i) {
    if (i > 0) out += ',';
    FieldValue(message, field, i).Append(out);
  }
  out += ']';
}

void AppendMembers(const pb::Message& message, bool first, std::string& out) {
  const pb::Descriptor& descriptor = *message.GetDescriptor();
  for (int i = 0; i < descriptor.field_count(); ++i) {
    const pb::FieldDescriptor& field = *descriptor.field(i);
    if (field.has_presence() && !message.GetReflection()->HasField(message, &field)) continue;
    if (!first) out += ',';
    first = false;
    absl::StrAppend(&out, "\"", field.json_name(), "\":");
    AppendJsonField(message, field, out);
  }
}

// An Any: its message's own members after "@type", or, for a type with a JSON form of its own, that form as "value".
void AppendAny(const pb::Message& any, std::string& out) {
  const AnyContent content = UnpackAny(any);
  out += "{\"@type\":";
  AppendJsonString(content.type_url, out);
  if (content.message == nullptr) {
    absl::StrAppend(&out, ",\"value\":\"", absl::Base64Escape(content.bytes), "\"}");
  } else if (content.message->GetDescriptor()->well_known_type() != pb::Descriptor::WELLKNOWNTYPE_UNSPECIFIED) {
    out += ",\"value\":";
    AppendJsonMessage(*content.message, out);
    out += '}';
  } else {
    AppendMembers(*content.message, false, out);
    out += '}';
  }
}

}  // namespace

void AppendJsonMessage(const pb::Message& message, std::string& out) {
  const pb::Descriptor& descriptor = *message.GetDescriptor();
  if (descriptor.well_known_type() == pb::Descriptor::WELLKNOWNTYPE_ANY) return AppendAny(message, out);
  if (IsWrapper(descriptor)) return AppendJsonField(message, *descriptor.FindFieldByNumber(1), out);
  if (AppendWellKnownJson(message, out)) return;
  out += '{';
  AppendMembers(message, true, out);
  out += '}';
}

void AppendJsonField(const pb::Message& message, const pb::FieldDescriptor& field, std::string& out) {
  if (field.is_map()) return AppendMap(message, field, out);
  if (field.is_repeated()) return AppendList(message, field, out);
  if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE && !message.GetReflection()->HasField(message, &field)) {
    out += "null";
    return;
  }
  FieldValue(message, field, -1).Append(out);
}

}  // namespace mayfly::gateway
