// The Date header, made once a second.
#ifndef MAYFLY_GATEWAY_DATE_HEADER_H_
#define MAYFLY_GATEWAY_DATE_HEADER_H_

#include <cstdint>
#include <string>
#include <string_view>

#include "absl/time/time.h"

namespace mayfly::gateway {

// For one thread at a time.
class DateHeader {
 public:
  // "Date: Tue, 24 Nov 2026 15:28:27 GMT\r\n" (RFC 9110, 5.6.7). Valid until the next call.
  std::string_view At(absl::Time now) {
    const int64_t second = absl::ToUnixSeconds(now);
    if (second != second_) {
      second_ = second;
      line_ = absl::FormatTime("Date: %a, %d %b %Y %H:%M:%S GMT\r\n", now, absl::UTCTimeZone());
    }
    return line_;
  }

 private:
  int64_t second_ = INT64_MIN;
  std::string line_;
};

}  // namespace mayfly::gateway

#endif  // MAYFLY_GATEWAY_DATE_HEADER_H_
