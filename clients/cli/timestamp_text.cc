#include "clients/cli/timestamp_text.h"

#include "absl/time/time.h"

namespace mayfly::cli {

std::string TimestampText(const google::protobuf::Timestamp& timestamp) {
  return absl::FormatTime("%Y-%m-%dT%H:%M:%SZ", absl::FromUnixSeconds(timestamp.seconds()), absl::UTCTimeZone());
}

}  // namespace mayfly::cli
