#include "runtime/worker/json_depth.h"

#include <algorithm>
#include <cstddef>

namespace mayfly::runtime {
namespace {

// The place after the string that begins at `at`, a quote.
size_t SkipString(std::string_view text, size_t at) {
  while (true) {
    at = text.find_first_of("\"\\", at + 1);
    if (at == std::string_view::npos) return text.size();
    if (text[at] == '"') return at + 1;
    ++at;  // what follows a backslash is never the end
  }
}

}  // namespace

int JsonDepth(std::string_view text) {
  int depth = 0;
  int deepest = 0;
  size_t at = 0;
  while (at < text.size()) {
    const char c = text[at];
    if (c == '"') {
      at = SkipString(text, at);
      continue;
    }
    if (c == '[' || c == '{') deepest = std::max(deepest, ++depth);
    if (c == ']' || c == '}') --depth;
    ++at;
  }
  return deepest;
}

}  // namespace mayfly::runtime
