#include "gateway/json_scalar.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <cmath>
#include <concepts>
#include <cstdint>
#include <limits>
#include <optional>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/nearest.h"
#include "gateway/json_cursor.h"
#include "gateway/json_text.h"

namespace mayfly::gateway {
namespace {

namespace pb = google::protobuf;

constexpr char kLoneSurrogate[] = "must not hold a lone surrogate escape: it is no Unicode text";

// A whole number, also written as 1.0 or 1e3.
template <std::integral Int>
std::optional<Int> ParseInt(std::string_view text) {
  Int value;
  if (absl::SimpleAtoi(text, &value)) return value;
  double number;
  if (text.find_first_of(".eE") == text.npos || !absl::SimpleAtod(text, &number)) return std::nullopt;
  // The largest value as a double may round up, out of the type's range.
  const double lowest = static_cast<double>(std::numeric_limits<Int>::lowest());
  const double beyond = std::ldexp(1.0, std::numeric_limits<Int>::digits);
  if (!(number >= lowest && number < beyond) || number != std::trunc(number)) return std::nullopt;
  return static_cast<Int>(number);
}

template <std::floating_point Float>
std::optional<Float> ParseFloat(std::string_view text) {
  if (text == "NaN") return std::numeric_limits<Float>::quiet_NaN();
  if (text == "Infinity") return std::numeric_limits<Float>::infinity();
  if (text == "-Infinity") return -std::numeric_limits<Float>::infinity();
  double number;
  if (text.empty() || absl::ascii_isalpha(static_cast<unsigned char>(text.back())) ||
      !absl::SimpleAtod(text, &number) || !std::isfinite(number) ||
      std::abs(number) > std::numeric_limits<Float>::max()) {
    return std::nullopt;
  }
  return static_cast<Float>(number);
}

template <typename Int>
std::string IntRange() {
  return absl::StrCat("must be a whole number from ", std::numeric_limits<Int>::lowest(), " to ",
                      std::numeric_limits<Int>::max());
}

// Standard or URL-safe base64, with or without padding.
bool DecodeBase64(std::string_view text, std::string& bytes) {
  return absl::Base64Unescape(text, &bytes) || absl::WebSafeBase64Unescape(text, &bytes);
}

std::string UnknownEnumValue(const pb::EnumDescriptor& type, std::string_view name) {
  std::vector<std::string> known;
  for (int i = 0; i < type.value_count(); ++i) known.push_back(type.value(i)->name());
  return absl::StrCat("must be the name or the number of a ", type.name(), DidYouMean(name, known));
}

// Sets or adds one value of a field.
class FieldSetter {
 public:
  FieldSetter(const pb::FieldDescriptor& field, pb::Message& message)
      : field_(field), message_(message), reflection_(*message.GetReflection()) {}

  // From a number's text, or the text inside a string.
  std::string SetFromText(std::string_view text) {
    switch (field_.cpp_type()) {
      case pb::FieldDescriptor::CPPTYPE_INT32:
        return SetInt(ParseInt<int32_t>(text), &pb::Reflection::SetInt32, &pb::Reflection::AddInt32);
      case pb::FieldDescriptor::CPPTYPE_UINT32:
        return SetInt(ParseInt<uint32_t>(text), &pb::Reflection::SetUInt32, &pb::Reflection::AddUInt32);
      case pb::FieldDescriptor::CPPTYPE_INT64:
        return SetInt(ParseInt<int64_t>(text), &pb::Reflection::SetInt64, &pb::Reflection::AddInt64);
      case pb::FieldDescriptor::CPPTYPE_UINT64:
        return SetInt(ParseInt<uint64_t>(text), &pb::Reflection::SetUInt64, &pb::Reflection::AddUInt64);
      case pb::FieldDescriptor::CPPTYPE_DOUBLE:
        return Set(ParseFloat<double>(text), "must be a number", &pb::Reflection::SetDouble,
                   &pb::Reflection::AddDouble);
      case pb::FieldDescriptor::CPPTYPE_FLOAT:
        return Set(ParseFloat<float>(text), "must be a number", &pb::Reflection::SetFloat, &pb::Reflection::AddFloat);
      case pb::FieldDescriptor::CPPTYPE_BOOL:
        return SetBool(text);
      case pb::FieldDescriptor::CPPTYPE_ENUM:
        return SetEnum(text);
      case pb::FieldDescriptor::CPPTYPE_STRING:
        return SetString(std::string(text));
      case pb::FieldDescriptor::CPPTYPE_MESSAGE:
        break;
    }
    return "is a message and takes no single value";
  }

  std::string SetString(std::string text) {
    if (field_.type() == pb::FieldDescriptor::TYPE_BYTES) {
      std::string bytes;
      if (!DecodeBase64(text, bytes)) return "must be base64";
      text = std::move(bytes);
    }
    return SetRaw(std::move(text));
  }

  std::string SetRaw(std::string text) {
    if (field_.is_repeated()) {
      reflection_.AddString(&message_, &field_, std::move(text));
    } else {
      reflection_.SetString(&message_, &field_, std::move(text));
    }
    return "";
  }

 private:
  template <typename T>
  using One = void (pb::Reflection::*)(pb::Message*, const pb::FieldDescriptor*, T) const;

  template <typename T>
  std::string Set(std::optional<T> value, std::string_view problem, One<T> set, One<T> add) {
    if (!value.has_value()) return std::string(problem);
    (reflection_.*(field_.is_repeated() ? add : set))(&message_, &field_, *value);
    return "";
  }

  template <typename T>
  std::string SetInt(std::optional<T> value, One<T> set, One<T> add) {
    return Set<T>(value, value.has_value() ? "" : IntRange<T>(), set, add);
  }

  std::string SetBool(std::string_view text) {
    std::optional<bool> value;
    if (text == "true") value = true;
    if (text == "false") value = false;
    return Set<bool>(value, "must be true or false", &pb::Reflection::SetBool, &pb::Reflection::AddBool);
  }

  std::string SetEnum(std::string_view text) {
    const pb::EnumValueDescriptor* named = field_.enum_type()->FindValueByName(std::string(text));
    std::optional<int> value = named == nullptr ? ParseInt<int>(text) : named->number();
    if (!value.has_value()) return UnknownEnumValue(*field_.enum_type(), text);
    return Set<int>(value, "", &pb::Reflection::SetEnumValue, &pb::Reflection::AddEnumValue);
  }

  const pb::FieldDescriptor& field_;
  pb::Message& message_;
  const pb::Reflection& reflection_;
};

bool IsBool(const pb::FieldDescriptor& field) { return field.cpp_type() == pb::FieldDescriptor::CPPTYPE_BOOL; }
bool IsStringOrBytes(const pb::FieldDescriptor& field) {
  return field.cpp_type() == pb::FieldDescriptor::CPPTYPE_STRING;
}

// What a field takes, when a value of another JSON type was given.
std::string Expected(const pb::FieldDescriptor& field) {
  if (IsBool(field)) return "must be true or false";
  if (IsStringOrBytes(field)) return "must be a string";
  if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_ENUM) return UnknownEnumValue(*field.enum_type(), "");
  return "must be a number";
}

}  // namespace

std::string SetScalarFromJson(std::string_view json, const pb::FieldDescriptor& field, pb::Message& message) {
  FieldSetter setter(field, message);
  if (IsJsonText(field)) return setter.SetRaw(std::string(json));
  const char first = json.front();
  if (first == '"') {
    if (IsBool(field)) return Expected(field);
    std::optional<std::string> text = DecodeJsonString(json);
    if (!text.has_value()) return kLoneSurrogate;
    return IsStringOrBytes(field) ? setter.SetString(*std::move(text)) : setter.SetFromText(*text);
  }
  const bool is_word = first == 't' || first == 'f';
  if (first == '{' || first == '[' || first == 'n' || IsStringOrBytes(field) || is_word != IsBool(field)) {
    return Expected(field);
  }
  return setter.SetFromText(json);
}

std::string SetScalarFromText(std::string_view text, const pb::FieldDescriptor& field, pb::Message& message) {
  FieldSetter setter(field, message);
  return IsJsonText(field) ? setter.SetRaw(std::string(text)) : setter.SetFromText(text);
}

}  // namespace mayfly::gateway
