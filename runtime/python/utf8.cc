#include "runtime/python/utf8.h"

#include <cstddef>
#include <cstdint>

namespace mayfly::runtime {
namespace {

// What a lead byte asks of the byte after it, and how many bytes follow in all.
struct Lead {
  int following;
  uint8_t second_min;
  uint8_t second_max;
};

Lead Classify(uint8_t byte) {
  if (byte < 0x80) return {0, 0, 0};
  if (byte >= 0xC2 && byte <= 0xDF) return {1, 0x80, 0xBF};
  if (byte == 0xE0) return {2, 0xA0, 0xBF};
  if (byte == 0xED) return {2, 0x80, 0x9F};
  if (byte >= 0xE1 && byte <= 0xEF) return {2, 0x80, 0xBF};
  if (byte == 0xF0) return {3, 0x90, 0xBF};
  if (byte >= 0xF1 && byte <= 0xF3) return {3, 0x80, 0xBF};
  if (byte == 0xF4) return {3, 0x80, 0x8F};
  return {-1, 0, 0};
}

// The size of the well-formed character that `bytes` begins with, or minus that of the ill-formed part.
int NextCharacter(std::string_view bytes) {
  const Lead lead = Classify(static_cast<uint8_t>(bytes[0]));
  if (lead.following < 0) return -1;
  for (int i = 1; i <= lead.following; ++i) {
    const uint8_t least = i == 1 ? lead.second_min : 0x80;
    const uint8_t most = i == 1 ? lead.second_max : 0xBF;
    if (static_cast<size_t>(i) == bytes.size()) return -i;
    const uint8_t byte = static_cast<uint8_t>(bytes[i]);
    if (byte < least || byte > most) return -i;
  }
  return lead.following + 1;
}

}  // namespace

std::string ReplaceInvalidUtf8(std::string_view bytes) {
  std::string text;
  text.reserve(bytes.size());
  while (!bytes.empty()) {
    const int size = NextCharacter(bytes);
    if (size > 0) {
      text.append(bytes.substr(0, size));
    } else {
      text.append("\xEF\xBF\xBD");
    }
    bytes.remove_prefix(size > 0 ? size : -size);
  }
  return text;
}

}  // namespace mayfly::runtime
