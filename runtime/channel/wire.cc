#include "runtime/channel/wire.h"

#include "absl/strings/str_cat.h"
#include "base/limits.h"
#include "base/utf8.h"

namespace mayfly::runtime {

std::string WireReader::Text(size_t bytes_max, const char* field) {
  const uint32_t length = Integer<uint32_t>(0, static_cast<uint32_t>(bytes_max), field);
  if (length > rest_.size()) return Fail<std::string>(field, "is cut off");
  const std::string_view text = rest_.substr(0, length);
  if (!IsUtf8(text)) return Fail<std::string>(field, "is not UTF-8");
  rest_.remove_prefix(length);
  return std::string(text);
}

absl::Duration WireReader::Duration(const char* field) {
  return absl::Nanoseconds(Integer<int64_t>(0, absl::ToInt64Nanoseconds(kGuestClockMax), field));
}

absl::Status WireReader::Finish() {
  if (status_.ok() && !rest_.empty()) SetError("the message", "goes on after its end");
  return status_;
}

void WireReader::SetError(const char* field, const char* problem) {
  // Nothing more can be read, so the first error stands.
  rest_ = {};
  if (status_.ok()) status_ = absl::InvalidArgumentError(absl::StrCat(field, " ", problem));
}

}  // namespace mayfly::runtime
