#include "dataplane/pool_status.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/reason.h"
#include "dataplane/function_revision.h"

namespace mayfly::dataplane {

absl::Status QueueFullStatus(std::string_view whose, int limit) {
  return WithRetryAfter(
      MakeError(absl::StatusCode::kUnavailable, reason::kOverloaded,
                absl::StrCat(whose, " has ", limit,
                             " calls waiting, the most it may have. Nothing has run; try again later.")),
      kRetryDelay);
}

absl::Status LoadTimeoutStatus(const FunctionRevision& function, absl::Duration limit) {
  return MakeError(absl::StatusCode::kDeadlineExceeded, reason::kFunctionTimeout,
                   absl::StrCat("Loading ", function.Title(), " took longer than ", absl::FormatDuration(limit),
                                " and was ended. Look for a loop or slow work at the top level of its source."));
}

absl::Status NotStartedStatus(const absl::Status& status) {
  return WithRetryAfter(
      MakeError(absl::StatusCode::kUnavailable, reason::kOverloaded,
                absl::StrCat("No worker could be started: ", status.message(), " Nothing has run; try again later.")),
      kRetryDelay);
}

}  // namespace mayfly::dataplane
