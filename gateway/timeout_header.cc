#include "gateway/timeout_header.h"

#include <cstdint>

#include "absl/strings/numbers.h"
#include "base/digits.h"

namespace mayfly::gateway {
namespace {

constexpr size_t kDigitsMax = 8;

std::optional<absl::Duration> UnitOf(char unit) {
  switch (unit) {
    case 'H':
      return absl::Hours(1);
    case 'M':
      return absl::Minutes(1);
    case 'S':
      return absl::Seconds(1);
    case 'm':
      return absl::Milliseconds(1);
    case 'u':
      return absl::Microseconds(1);
    case 'n':
      return absl::Nanoseconds(1);
  }
  return std::nullopt;
}

}  // namespace

std::optional<absl::Duration> ParseTimeoutHeader(std::string_view value) {
  if (value.size() < 2 || value.size() > kDigitsMax + 1) return std::nullopt;
  const std::string_view digits = value.substr(0, value.size() - 1);
  const auto unit = UnitOf(value.back());
  int64_t count;
  if (!unit.has_value() || !IsDigits(digits) || !absl::SimpleAtoi(digits, &count)) return std::nullopt;
  return *unit * count;
}

}  // namespace mayfly::gateway
