#include "gateway/json_cursor.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"

namespace mayfly::gateway {
namespace {

bool IsSpace(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

// Whether a byte ends a number or a word.
bool EndsScalar(char c) { return IsSpace(c) || c == ',' || c == ']' || c == '}'; }

// The code unit of the four hex digits at `at`.
uint32_t CodeUnit(std::string_view json, size_t at) {
  uint32_t unit = 0;
  for (size_t i = at; i < at + 4; ++i) {
    const char c = json[i];
    unit = unit * 16 + static_cast<uint32_t>(c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10);
  }
  return unit;
}

void AppendUtf8(uint32_t code, std::string& out) {
  if (code < 0x80) {
    out += static_cast<char>(code);
    return;
  }
  if (code < 0x800) {
    out += static_cast<char>(0xc0 | code >> 6);
  } else if (code < 0x10000) {
    out += static_cast<char>(0xe0 | code >> 12);
    out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
  } else {
    out += static_cast<char>(0xf0 | code >> 18);
    out += static_cast<char>(0x80 | (code >> 12 & 0x3f));
    out += static_cast<char>(0x80 | (code >> 6 & 0x3f));
  }
  out += static_cast<char>(0x80 | (code & 0x3f));
}

char SimpleEscape(char c) {
  switch (c) {
    case 'b':
      return '\b';
    case 'f':
      return '\f';
    case 'n':
      return '\n';
    case 'r':
      return '\r';
    case 't':
      return '\t';
  }
  return c;  // '"', '\\', '/'
}

bool IsHighSurrogate(uint32_t unit) { return unit >= 0xd800 && unit < 0xdc00; }
bool IsLowSurrogate(uint32_t unit) { return unit >= 0xdc00 && unit < 0xe000; }

// Reads the \uXXXX (or the pair of them) whose 'u' is at `at`, and moves `at` behind it. False for a lone surrogate.
bool DecodeUnicodeEscape(std::string_view json, size_t& at, std::string& out) {
  uint32_t code = CodeUnit(json, at + 1);
  at += 5;
  if (IsLowSurrogate(code)) return false;
  if (IsHighSurrogate(code)) {
    if (json.substr(at, 2) != "\\u") return false;
    const uint32_t low = CodeUnit(json, at + 2);
    if (!IsLowSurrogate(low)) return false;
    code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
    at += 6;
  }
  AppendUtf8(code, out);
  return true;
}

}  // namespace

size_t JsonCursor::offset() {
  SkipSpace();
  return at_;
}

char JsonCursor::Peek() {
  SkipSpace();
  return text_[at_];
}

std::string_view JsonCursor::TakeValue() {
  SkipSpace();
  const size_t begin = at_;
  const char first = text_[at_];
  if (first == '"') {
    SkipString();
  } else if (first == '{' || first == '[') {
    SkipContainer();
  } else {
    while (at_ < text_.size() && !EndsScalar(text_[at_])) ++at_;
  }
  return text_.substr(begin, at_ - begin);
}

bool JsonCursor::TakeNull() {
  if (Peek() != 'n') return false;
  at_ += 4;
  return true;
}

void JsonCursor::Enter() {
  SkipSpace();
  ++at_;
}

bool JsonCursor::Next() {
  SkipSpace();
  if (text_[at_] == ',') {
    ++at_;
    SkipSpace();
    return true;
  }
  if (text_[at_] != '}' && text_[at_] != ']') return true;
  ++at_;
  return false;
}

std::string_view JsonCursor::TakeKey() {
  const std::string_view key = TakeValue();
  SkipSpace();
  ++at_;
  return key;
}

void JsonCursor::SkipSpace() {
  while (at_ < text_.size() && IsSpace(text_[at_])) ++at_;
}

// The two below end with the text at the latest: were the check before ever to let a text through that it should not,
// an io thread would not hang on it.
void JsonCursor::SkipString() {
  ++at_;
  while (true) {
    at_ = std::min(text_.find_first_of("\"\\", at_), text_.size());
    if (at_ == text_.size()) return;
    if (text_[at_] == '"') break;
    at_ += 2;
  }
  ++at_;
}

void JsonCursor::SkipContainer() {
  size_t depth = 0;
  do {
    at_ = std::min(text_.find_first_of("\"{}[]", at_), text_.size());
    if (at_ == text_.size()) return;
    if (text_[at_] == '"') {
      SkipString();
      continue;
    }
    depth += text_[at_] == '{' || text_[at_] == '[' ? 1 : -1;
    ++at_;
  } while (depth > 0);
}

std::optional<std::string> DecodeJsonString(std::string_view json) {
  json = json.substr(1, json.size() - 2);
  std::string out;
  out.reserve(json.size());
  size_t at = 0;
  while (at < json.size()) {
    const size_t escape = std::min(json.find('\\', at), json.size());
    out.append(json, at, escape - at);
    at = escape + 1;
    if (at >= json.size()) break;
    if (json[at] != 'u') {
      out += SimpleEscape(json[at++]);
    } else if (!DecodeUnicodeEscape(json, at, out)) {
      return std::nullopt;
    }
  }
  return out;
}

std::string PlaceOf(std::string_view text, size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const size_t line_end = before.rfind('\n');
  const size_t line_begin = line_end == before.npos ? 0 : line_end + 1;
  return absl::StrCat("line ", std::count(before.begin(), before.end(), '\n') + 1, ", column ",
                      before.size() - line_begin + 1);
}

}  // namespace mayfly::gateway
