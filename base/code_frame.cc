#include "base/code_frame.h"

#include <algorithm>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace mayfly {
namespace {

constexpr int32_t kLinesBefore = 2;
constexpr int32_t kLinesAfter = 1;
constexpr size_t kShownCharactersMax = 100;

// The line's characters, each a whole UTF-8 sequence, controls as spaces.
std::vector<std::string> Characters(std::string_view line) {
  std::vector<std::string> characters;
  for (const char c : line) {
    const auto byte = static_cast<unsigned char>(c);
    if ((byte & 0xC0) == 0x80 && !characters.empty()) {
      characters.back() += c;
    } else {
      characters.emplace_back(1, byte < 0x20 || byte == 0x7F ? ' ' : c);
    }
  }
  return characters;
}

// The part of a line that is shown: `first` is the index of its first character.
std::string Window(const std::vector<std::string>& characters, size_t first) {
  std::string text;
  const size_t last = std::min(characters.size(), first + kShownCharactersMax);
  for (size_t i = first; i < last; ++i) text += characters[i];
  return text;
}

std::string_view WithoutCarriageReturn(std::string_view line) {
  if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
  return line;
}

}  // namespace

std::string CodeFrame(std::string_view source, int32_t line, int32_t column) {
  const std::vector<std::string_view> lines = absl::StrSplit(source, '\n');
  if (line < 1 || static_cast<size_t>(line) > lines.size()) return "";
  const size_t first = static_cast<size_t>(std::max(1, line - kLinesBefore));
  const size_t last = std::min(lines.size(), static_cast<size_t>(line) + kLinesAfter);
  const size_t width = absl::StrCat(last).size();
  const size_t caret = column < 1 ? 0 : static_cast<size_t>(column);
  const size_t scrolled = caret > kShownCharactersMax - 10 ? caret - (kShownCharactersMax - 10) : 0;
  std::string frame;
  for (size_t number = first; number <= last; ++number) {
    const std::string shown = Window(Characters(WithoutCarriageReturn(lines[number - 1])), scrolled);
    const std::string digits = absl::StrCat(number);
    const bool here = number == static_cast<size_t>(line);
    absl::StrAppend(&frame, here ? "> " : "  ", std::string(width - digits.size(), ' '), digits, " |",
                    shown.empty() ? "" : " ", shown, "\n");
    const size_t characters = Characters(lines[number - 1]).size();
    if (here && caret > 0 && caret <= characters + 1) {
      absl::StrAppend(&frame, "  ", std::string(width, ' '), " | ", std::string(caret - scrolled - 1, ' '), "^\n");
    }
  }
  return frame;
}

}  // namespace mayfly
