#include "base/utf8.h"

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "absl/strings/escaping.h"

namespace mayfly {
namespace {

// What the first byte of a character allows: RFC 3629, section 4.
struct Form {
  size_t length;
  uint8_t second_min;
  uint8_t second_max;
};

Form FormOf(uint8_t lead) {
  if (lead < 0x80) return {1, 0, 0};
  if (lead < 0xC2) return {0, 0, 0};
  if (lead < 0xE0) return {2, 0x80, 0xBF};
  if (lead < 0xF0)
    return {3, static_cast<uint8_t>(lead == 0xE0 ? 0xA0 : 0x80), static_cast<uint8_t>(lead == 0xED ? 0x9F : 0xBF)};
  if (lead < 0xF5)
    return {4, static_cast<uint8_t>(lead == 0xF0 ? 0x90 : 0x80), static_cast<uint8_t>(lead == 0xF4 ? 0x8F : 0xBF)};
  return {0, 0, 0};
}

// The bytes of the character at the front, or 0 if there is none.
size_t CharacterLength(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<uint8_t>(text[i]); };
  const Form form = FormOf(byte(0));
  if (form.length <= 1) return form.length;
  if (text.size() < form.length || byte(1) < form.second_min || byte(1) > form.second_max) return 0;
  for (size_t i = 2; i < form.length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  return form.length;
}

// Most source is ASCII: eight bytes at a time.
size_t AsciiPrefix(std::string_view text) {
  size_t length = 0;
  for (uint64_t word; length + sizeof(word) <= text.size(); length += sizeof(word)) {
    std::memcpy(&word, text.data() + length, sizeof(word));
    if ((word & 0x8080808080808080) != 0) break;
  }
  return length;
}

// The bytes of the whole characters at the front.
size_t ValidPrefix(std::string_view text) {
  size_t length = 0;
  while (length < text.size()) {
    length += AsciiPrefix(text.substr(length));
    if (length == text.size()) break;
    const size_t character = CharacterLength(text.substr(length));
    if (character == 0) break;
    length += character;
  }
  return length;
}

}  // namespace

bool IsUtf8(std::string_view text) { return ValidPrefix(text) == text.size(); }

std::string ToUtf8(std::string_view text, size_t bytes_max) {
  constexpr std::string_view kReplacement = "\xEF\xBF\xBD";
  std::string utf8;
  while (true) {
    const size_t valid = ValidPrefix(text);
    const size_t room = bytes_max - utf8.size();
    utf8.append(text.substr(0, valid <= room ? valid : ValidPrefix(text.substr(0, room))));
    text.remove_prefix(valid);
    if (text.empty() || valid > room || kReplacement.size() > bytes_max - utf8.size()) return utf8;
    utf8.append(kReplacement);
    text.remove_prefix(1);
  }
}

std::string_view CutUtf8(std::string_view text, size_t bytes_max) {
  if (text.size() <= bytes_max) return text;
  while (bytes_max > 0 && (static_cast<unsigned char>(text[bytes_max]) & 0xC0) == 0x80) --bytes_max;
  return text.substr(0, bytes_max);
}

std::string EscapedPrefix(std::string_view text, size_t bytes_max) {
  const std::string_view whole = CutUtf8(text, bytes_max);
  if (!whole.empty() && IsUtf8(whole)) return absl::Utf8SafeCHexEscape(whole);
  return absl::CHexEscape(text.substr(0, bytes_max));
}

}  // namespace mayfly
