#include "clients/cli/terminal.h"

#include "absl/strings/str_cat.h"

namespace mayfly::cli {
namespace {

constexpr char kReplacement[] = "\xEF\xBF\xBD";

// The SGR parameter of ECMA-48.
std::string_view Parameter(Style style) {
  switch (style) {
    case Style::kBold:
      return "1";
    case Style::kDim:
      return "2";
    case Style::kRed:
      return "31";
    case Style::kGreen:
      return "32";
    case Style::kYellow:
      return "33";
    case Style::kCyan:
      return "36";
  }
  return "0";
}

bool IsControl(unsigned char byte) { return (byte < 0x20 && byte != '\n' && byte != '\t') || byte == 0x7F; }

// U+0080 to U+009F, which some terminals obey, are C2 80 to C2 9F in UTF-8.
bool IsC1Control(std::string_view text) {
  return text.size() >= 2 && text[0] == '\xC2' && static_cast<unsigned char>(text[1]) < 0xA0;
}

}  // namespace

std::string Screen::Paint(Style style, std::string_view text) const {
  if (colour_ == Colour::kNever) return std::string(text);
  return absl::StrCat("\033[", Parameter(style), "m", text, "\033[0m");
}

std::string Printable(std::string_view text) {
  std::string printable;
  printable.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (IsC1Control(text.substr(i))) {
      printable += kReplacement;
      ++i;
    } else if (IsControl(static_cast<unsigned char>(text[i]))) {
      printable += kReplacement;
    } else {
      printable += text[i];
    }
  }
  return printable;
}

}  // namespace mayfly::cli
