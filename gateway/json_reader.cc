#include "gateway/json_reader.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/json.h"
#include "base/nearest.h"
#include "base/reason.h"
#include "base/utf8.h"
#include "gateway/field_name.h"
#include "gateway/json_codec.h"
#include "gateway/json_cursor.h"
#include "gateway/json_scalar.h"
#include "gateway/json_text.h"

namespace mayfly::gateway {
namespace {

namespace pb = google::protobuf;

// A key as an error shows it: keys may be as long as the body.
constexpr size_t kShownKeyBytesMax = 128;

std::vector<std::string> FieldNames(const pb::Descriptor& descriptor) {
  std::vector<std::string> names;
  for (int i = 0; i < descriptor.field_count(); ++i) names.push_back(descriptor.field(i)->json_name());
  return names;
}

// One reading of a text. Its methods return false after the first fault, and each adds its part of the path on the way
// out.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text), cursor_(text) {}

  bool ReadMessage(pb::Message& message) {
    const pb::Descriptor& descriptor = *message.GetDescriptor();
    if (IsWrapper(descriptor)) return ReadValue(*descriptor.FindFieldByNumber(1), message);
    if (IsWellKnown(descriptor)) return ReadWellKnown(message);
    if (cursor_.Peek() != '{') return Fail(cursor_.offset(), "must be an object");
    cursor_.Enter();
    while (cursor_.Next()) {
      if (!ReadMember(message)) return false;
    }
    return true;
  }

  bool ReadField(const pb::FieldDescriptor& field, pb::Message& message) {
    message.GetReflection()->ClearField(&message, &field);
    if (!KeepsNull(field) && cursor_.TakeNull()) return true;
    if (field.is_map()) return ReadMap(field, message);
    if (field.is_repeated()) return ReadList(field, message);
    return ReadValue(field, message);
  }

  // The fault that stopped the reading.
  absl::Status ToStatus() const {
    const std::string description = absl::StrCat(description_, " (", PlaceOf(text_, offset_), ")");
    return MakeFieldError(reason::kRequestInvalid, {{path_, description}});
  }

 private:
  bool Fail(size_t offset, std::string description) {
    offset_ = offset;
    description_ = std::move(description);
    return false;
  }

  bool FailUnder(std::string_view parent) {
    const bool joins = path_.empty() || path_.starts_with('[');
    path_ = absl::StrCat(EscapedPrefix(parent, kShownKeyBytesMax), joins ? "" : ".", path_);
    return false;
  }

  // Whether null is a value of the field, and not its absence.
  static bool KeepsNull(const pb::FieldDescriptor& field) {
    if (field.is_repeated()) return false;
    const bool is_value = field.message_type() != nullptr && TakesNull(*field.message_type());
    return is_value || IsJsonText(field);
  }

  bool ReadKey(std::string& key) {
    const size_t offset = cursor_.offset();
    std::optional<std::string> decoded = DecodeJsonString(cursor_.TakeKey());
    if (!decoded.has_value()) return Fail(offset, "has a key with a lone surrogate escape: it is no Unicode text");
    key = *std::move(decoded);
    return true;
  }

  bool ReadMember(pb::Message& message) {
    const size_t offset = cursor_.offset();
    std::string key;
    if (!ReadKey(key)) return false;
    const pb::FieldDescriptor* field = FindField(*message.GetDescriptor(), key);
    if (field == nullptr) {
      Fail(offset, absl::StrCat("is not a known field", DidYouMean(EscapedPrefix(key, kShownKeyBytesMax),
                                                                   FieldNames(*message.GetDescriptor()))));
      return FailUnder(key);
    }
    return ReadField(*field, message) || FailUnder(key);
  }

  // Sets the field to, or adds to it, the value that comes next.
  bool ReadValue(const pb::FieldDescriptor& field, pb::Message& message) {
    const pb::Reflection& reflection = *message.GetReflection();
    if (field.cpp_type() == pb::FieldDescriptor::CPPTYPE_MESSAGE) {
      return ReadMessage(field.is_repeated() ? *reflection.AddMessage(&message, &field)
                                             : *reflection.MutableMessage(&message, &field));
    }
    const size_t offset = cursor_.offset();
    std::string problem = SetScalarFromJson(cursor_.TakeValue(), field, message);
    return problem.empty() || Fail(offset, std::move(problem));
  }

  bool ReadList(const pb::FieldDescriptor& field, pb::Message& message) {
    if (cursor_.Peek() != '[') return Fail(cursor_.offset(), "must be a list");
    cursor_.Enter();
    for (size_t i = 0; cursor_.Next(); ++i) {
      const bool is_null = cursor_.Peek() == 'n' && !IsJsonText(field) &&
                           (field.message_type() == nullptr || !TakesNull(*field.message_type()));
      const bool read = is_null ? Fail(cursor_.offset(), "must not be null") : ReadValue(field, message);
      if (!read) return FailUnder(absl::StrCat("[", i, "]"));
    }
    return true;
  }

  bool ReadMap(const pb::FieldDescriptor& field, pb::Message& message) {
    if (cursor_.Peek() != '{') return Fail(cursor_.offset(), "must be an object");
    absl::flat_hash_map<std::string, pb::Message*> entries;
    cursor_.Enter();
    while (cursor_.Next()) {
      const size_t offset = cursor_.offset();
      std::string key;
      if (!ReadKey(key)) return false;
      pb::Message*& entry = entries[key];
      if (entry == nullptr) entry = message.GetReflection()->AddMessage(&message, &field);
      if (!ReadEntry(key, offset, *entry)) return FailUnder(key);
    }
    return true;
  }

  bool ReadEntry(const std::string& key, size_t offset, pb::Message& entry) {
    entry.Clear();
    std::string problem = SetScalarFromText(key, *entry.GetDescriptor()->map_key(), entry);
    if (!problem.empty()) return Fail(offset, absl::StrCat("as a key ", problem));
    const pb::FieldDescriptor& value = *entry.GetDescriptor()->map_value();
    if (cursor_.Peek() == 'n' && !KeepsNull(value)) return Fail(cursor_.offset(), "must not be null");
    return ReadValue(value, entry);
  }

  bool ReadWellKnown(pb::Message& message) {
    const size_t offset = cursor_.offset();
    if (ReadWellKnownJson(cursor_.TakeValue(), message)) return true;
    return Fail(offset, absl::StrCat("must be a ", message.GetDescriptor()->full_name(), " in its JSON form"));
  }

  const std::string_view text_;
  JsonCursor cursor_;
  size_t offset_ = 0;
  std::string description_;
  std::string path_;
};

absl::Status Validate(std::string_view text) { return ValidateJson(text, reason::kRequestInvalid, "the body"); }

}  // namespace

absl::Status ReadJsonMessage(std::string_view text, pb::Message& message) {
  if (absl::Status status = Validate(text); !status.ok()) return status;
  Reader reader(text);
  return reader.ReadMessage(message) ? absl::OkStatus() : reader.ToStatus();
}

absl::Status ReadJsonField(std::string_view text, const pb::FieldDescriptor& field, pb::Message& message) {
  if (absl::Status status = Validate(text); !status.ok()) return status;
  Reader reader(text);
  return reader.ReadField(field, message) ? absl::OkStatus() : reader.ToStatus();
}

}  // namespace mayfly::gateway
