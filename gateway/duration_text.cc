#include "gateway/duration_text.h"

#include <cstdint>
#include <string>

#include "absl/strings/numbers.h"
#include "absl/strings/strip.h"
#include "base/digits.h"

namespace mayfly::gateway {
namespace {

constexpr int64_t kSecondsMax = 315'576'000'000;  // google/protobuf/duration.proto
constexpr size_t kFractionDigitsMax = 9;

}  // namespace

bool ReadDuration(std::string_view text, google::protobuf::Duration& duration) {
  const int sign = absl::ConsumePrefix(&text, "-") ? -1 : 1;
  if (!absl::ConsumeSuffix(&text, "s")) return false;
  const size_t point = text.find('.');
  std::string fraction;
  if (point != std::string_view::npos) {
    fraction = text.substr(point + 1);
    if (!IsDigits(fraction) || fraction.size() > kFractionDigitsMax) return false;
  }
  fraction.resize(kFractionDigitsMax, '0');
  int64_t seconds = 0;
  int32_t nanos = 0;
  const std::string_view whole = text.substr(0, point);
  if (!IsDigits(whole) || !absl::SimpleAtoi(whole, &seconds) || !absl::SimpleAtoi(fraction, &nanos)) return false;
  if (seconds > kSecondsMax) return false;
  duration.set_seconds(sign * seconds);
  duration.set_nanos(sign * nanos);
  return true;
}

}  // namespace mayfly::gateway
