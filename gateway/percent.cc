#include "gateway/percent.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "base/utf8.h"

namespace mayfly::gateway {
namespace {

int HexDigit(char c) {
  if (!absl::ascii_isxdigit(static_cast<unsigned char>(c))) return -1;
  return c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
}

// The byte of the escape at `at`, or -1.
int EscapedByte(std::string_view text, size_t at) {
  if (at + 2 >= text.size()) return -1;
  const int high = HexDigit(text[at + 1]);
  const int low = HexDigit(text[at + 2]);
  return high < 0 || low < 0 ? -1 : high * 16 + low;
}

// A query's text, in which '+' is a space too.
std::optional<std::string> DecodeQueryText(std::string_view text) {
  std::string spaced(text);
  std::replace(spaced.begin(), spaced.end(), '+', ' ');
  return PercentDecode(spaced);
}

}  // namespace

std::optional<std::string> PercentDecode(std::string_view text, EscapedSlash slash) {
  std::string out;
  out.reserve(text.size());
  for (size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '%') {
      out += text[at];
      continue;
    }
    const int byte = EscapedByte(text, at);
    if (byte < 0) return std::nullopt;
    if (byte == '/' && slash == EscapedSlash::kKeep) {
      out += text.substr(at, 3);
    } else {
      out += static_cast<char>(byte);
    }
    at += 2;
  }
  if (!IsUtf8(out)) return std::nullopt;
  return out;
}

std::optional<std::vector<std::pair<std::string, std::string>>> ParseQuery(std::string_view query) {
  std::vector<std::pair<std::string, std::string>> pairs;
  while (!query.empty()) {
    const size_t end = std::min(query.find('&'), query.size());
    const std::string_view pair = query.substr(0, end);
    query.remove_prefix(std::min(end + 1, query.size()));
    if (pair.empty()) continue;
    const size_t equals = std::min(pair.find('='), pair.size());
    auto key = DecodeQueryText(pair.substr(0, equals));
    auto value = DecodeQueryText(pair.substr(std::min(equals + 1, pair.size())));
    if (!key.has_value() || !value.has_value()) return std::nullopt;
    pairs.emplace_back(*std::move(key), *std::move(value));
  }
  return pairs;
}

}  // namespace mayfly::gateway
