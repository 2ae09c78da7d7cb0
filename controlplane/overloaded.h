// The control plane's refusals that a caller may try again.
#ifndef MAYFLY_CONTROLPLANE_OVERLOADED_H_
#define MAYFLY_CONTROLPLANE_OVERLOADED_H_

#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/error.h"
#include "base/reason.h"

namespace mayfly::controlplane {

// UNAVAILABLE OVERLOADED with RetryInfo; `why` is a clause ("64 functions are being loaded already").
inline absl::Status Overloaded(std::string_view why) {
  return WithRetryAfter(MakeError(absl::StatusCode::kUnavailable, reason::kOverloaded,
                                  absl::StrCat("the control plane is overloaded: ", why, "; try again")),
                        absl::Seconds(1));
}

// UNAVAILABLE SHUTTING_DOWN with RetryInfo.
inline absl::Status ShuttingDown() {
  return WithRetryAfter(MakeError(absl::StatusCode::kUnavailable, reason::kShuttingDown,
                                  "the server is shutting down; try again, with another server or when it is back"),
                        absl::Seconds(1));
}

}  // namespace mayfly::controlplane

#endif  // MAYFLY_CONTROLPLANE_OVERLOADED_H_
