#include "clients/cli/exit_code.h"

#include <string>

#include "base/error.h"
#include "base/reason.h"

namespace mayfly::cli {
namespace {

// The guest's own source is at fault, not what the user typed.
bool IsAboutTheSource(const absl::Status& status) {
  const std::string why = ErrorReason(status);
  return why == reason::kSourceInvalid || why == reason::kHandlerNotFound;
}

// The user gave more than is taken, not the function.
bool IsTooLarge(const absl::Status& status) {
  const std::string why = ErrorReason(status);
  return why == reason::kSourceTooLarge || why == reason::kEventTooLarge || why == reason::kRequestTooLarge;
}

}  // namespace

ExitCode ExitCodeOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return ExitCode::kOk;
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kOutOfRange:
      return IsAboutTheSource(status) ? ExitCode::kFunctionFailed : ExitCode::kUsage;
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kPermissionDenied:
      return ExitCode::kUsage;
    case absl::StatusCode::kUnavailable:
      return ErrorReason(status) == reason::kFunctionQuarantined ? ExitCode::kFunctionFailed : ExitCode::kUnreachable;
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kAborted:
      return ExitCode::kNotFoundOrConflict;
    case absl::StatusCode::kDeadlineExceeded:
      return ExitCode::kTimeout;
    case absl::StatusCode::kResourceExhausted:
      return IsTooLarge(status) ? ExitCode::kUsage : ExitCode::kFunctionFailed;
    case absl::StatusCode::kCancelled:
    case absl::StatusCode::kUnknown:
    case absl::StatusCode::kUnimplemented:
    case absl::StatusCode::kInternal:
    case absl::StatusCode::kDataLoss:
    case absl::StatusCode::kDoNotUseReservedForFutureExpansionUseDefaultInSwitchInstead_:
      return ExitCode::kFunctionFailed;
  }
  return ExitCode::kFunctionFailed;
}

}  // namespace mayfly::cli
