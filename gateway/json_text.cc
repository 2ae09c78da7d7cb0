#include "gateway/json_text.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/message.h>

#include <cstddef>

#include "base/utf8.h"

namespace mayfly::gateway {
namespace {

namespace pb = google::protobuf;

constexpr char kOption[] = "mayfly.v1.json_text";
constexpr size_t kReplacementBytes = 3;  // of U+FFFD in UTF-8

void AppendEscape(char c, std::string& out) {
  constexpr std::string_view kHex = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
  }
  out += "\\u00";
  out += kHex[static_cast<unsigned char>(c) >> 4];
  out += kHex[c & 0xf];
}

// Whether a byte stands for itself in a JSON string.
bool IsPlain(char c) { return static_cast<unsigned char>(c) >= 0x20 && c != '"' && c != '\\'; }

}  // namespace

bool IsJsonText(const pb::FieldDescriptor& field) {
  if (field.type() != pb::FieldDescriptor::TYPE_BYTES) return false;
  static const pb::FieldDescriptor* const option = pb::DescriptorPool::generated_pool()->FindExtensionByName(kOption);
  if (option == nullptr) return false;
  const pb::FieldOptions& options = field.options();
  return options.GetReflection()->GetBool(options, option);
}

void AppendJsonString(std::string_view text, std::string& out) {
  if (!IsUtf8(text)) return AppendJsonString(ToUtf8(text, text.size() * kReplacementBytes), out);
  out += '"';
  size_t at = 0;
  while (true) {
    size_t plain = at;
    while (plain < text.size() && IsPlain(text[plain])) ++plain;
    out.append(text, at, plain - at);
    if (plain == text.size()) break;
    AppendEscape(text[plain], out);
    at = plain + 1;
  }
  out += '"';
}

}  // namespace mayfly::gateway
