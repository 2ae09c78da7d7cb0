// Texts of digits alone.
#ifndef MAYFLY_BASE_DIGITS_H_
#define MAYFLY_BASE_DIGITS_H_

#include <algorithm>
#include <string_view>

#include "absl/strings/ascii.h"

namespace mayfly {

// At least one of 0 to 9, and nothing else: no sign, no space. absl::SimpleAtoi takes both.
inline bool IsDigits(std::string_view text) {
  return !text.empty() && std::ranges::all_of(text, [](unsigned char c) { return absl::ascii_isdigit(c); });
}

}  // namespace mayfly

#endif  // MAYFLY_BASE_DIGITS_H_
