#include "clients/cli/token_file.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"

namespace mayfly::cli {

std::vector<std::string> ParseTokens(std::string_view text) {
  std::vector<std::string> tokens;
  for (std::string_view line : absl::StrSplit(text, '\n')) {
    line = absl::StripAsciiWhitespace(line);
    if (!line.empty() && line[0] != '#') tokens.emplace_back(line);
  }
  return tokens;
}

}  // namespace mayfly::cli
