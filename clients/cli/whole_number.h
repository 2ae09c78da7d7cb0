// A flag that is a whole number.
#ifndef MAYFLY_CLIENTS_CLI_WHOLE_NUMBER_H_
#define MAYFLY_CLIENTS_CLI_WHOLE_NUMBER_H_

#include <CLI/CLI.hpp>
#include <cstdint>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace mayfly::cli {

// Checks that a text is a whole number from `least` to `most`, which must fit the flag's type; `unit` is what it
// counts. A `most` from 2^30 on is not worth naming. CLI11's own checks call "1GiB" out of range, and give the end of
// an open one as 1.79769e+308.
inline CLI::Validator WholeNumber(int64_t least, int64_t most, const std::string& unit = "") {
  const bool open = most >= int64_t{1} << 30;
  const std::string range = open ? absl::StrCat(least, " or more") : absl::StrCat(least, " to ", most);
  const std::string expected =
      absl::StrCat(open ? "of " : "from ", range, unit.empty() ? "" : absl::StrCat(" (", unit, ")"));
  return CLI::Validator(
      [=](const std::string& text) {
        int64_t value = 0;
        if (absl::SimpleAtoi(text, &value) && value >= least && value <= most) return std::string();
        return absl::StrCat("'", text, "' is not a whole number ", expected);
      },
      range);
}

}  // namespace mayfly::cli

#endif  // MAYFLY_CLIENTS_CLI_WHOLE_NUMBER_H_
