#include "dataplane/pool_status.h"

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/reason.h"
#include "dataplane/function_revision.h"

namespace mayfly::dataplane {
namespace {

// Which revision an error speaks of, for programs.
ErrorMetadata About(const FunctionRevision& function) {
  if (!function.stored()) return {};
  return {{"function", function.key.name.ToString()}, {"revision", absl::StrCat(function.key.revision)}};
}

}  // namespace

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

absl::Status QuarantinedStatus(const FunctionRevision& function, absl::Duration pause) {
  // No less than there is left: whoever comes back then must not be early.
  const absl::Duration shown = absl::Ceil(pause, absl::Milliseconds(1));
  return WithRetryAfter(
      MakeError(absl::StatusCode::kUnavailable, reason::kFunctionQuarantined,
                absl::StrCat("The workers of ", function.Title(),
                             " crash, or do not load, again and again, so it is not called for another ",
                             absl::FormatDuration(shown),
                             ". Nothing has run. Mend it and deploy it again: a new revision is called at once."),
                About(function)),
      shown);
}

absl::Status OverBudgetStatus(const FunctionRevision& function, int64_t budget_bytes) {
  const int64_t cap_mib = function.load.memory_limit_bytes / static_cast<int64_t>(kMiB);
  const int64_t budget_mib = budget_bytes / static_cast<int64_t>(kMiB);
  return MakeError(
      absl::StatusCode::kFailedPrecondition, reason::kMemoryBudgetExceeded,
      absl::StrCat("The memoryLimitMib of ", function.Title(), ", ", cap_mib, ", is more than the ", budget_mib,
                   " MiB that all workers of this server may have together. Lower it, or run "
                   "the server with more memory or a larger --max-worker-memory."),
      About(function));
}

absl::Status NotStartedStatus(const absl::Status& status) {
  return WithRetryAfter(
      MakeError(absl::StatusCode::kUnavailable, reason::kOverloaded,
                absl::StrCat("No worker could be started: ", status.message(), ". Nothing has run; try again later.")),
      kRetryDelay);
}

}  // namespace mayfly::dataplane
