#include "clients/cli/exit_code.h"

#include <gtest/gtest.h>

#include "base/error.h"
#include "base/reason.h"

namespace mayfly::cli {
namespace {

ExitCode Of(absl::StatusCode code, std::string_view why) { return ExitCodeOf(MakeError(code, why, "message")); }

TEST(ExitCodeTest, FollowsTheConvention) {
  EXPECT_EQ(ExitCodeOf(absl::OkStatus()), ExitCode::kOk);
  EXPECT_EQ(Of(absl::StatusCode::kUnknown, reason::kFunctionThrew), ExitCode::kFunctionFailed);
  EXPECT_EQ(Of(absl::StatusCode::kResourceExhausted, reason::kMemoryLimit), ExitCode::kFunctionFailed);
  EXPECT_EQ(Of(absl::StatusCode::kInternal, reason::kWorkerCrashed), ExitCode::kFunctionFailed);
  EXPECT_EQ(Of(absl::StatusCode::kInvalidArgument, reason::kManifestInvalid), ExitCode::kUsage);
  EXPECT_EQ(Of(absl::StatusCode::kUnauthenticated, reason::kUnauthenticated), ExitCode::kUsage);
  EXPECT_EQ(Of(absl::StatusCode::kUnavailable, reason::kPeerUnreachable), ExitCode::kUnreachable);
  EXPECT_EQ(Of(absl::StatusCode::kNotFound, reason::kFunctionNotFound), ExitCode::kNotFoundOrConflict);
  EXPECT_EQ(Of(absl::StatusCode::kAlreadyExists, reason::kFunctionExists), ExitCode::kNotFoundOrConflict);
  EXPECT_EQ(Of(absl::StatusCode::kAborted, reason::kEtagMismatch), ExitCode::kNotFoundOrConflict);
  EXPECT_EQ(Of(absl::StatusCode::kDeadlineExceeded, reason::kFunctionTimeout), ExitCode::kTimeout);
}

TEST(ExitCodeTest, AFunctionThatIsNotCalledBecauseItCrashesHasFailed) {
  EXPECT_EQ(Of(absl::StatusCode::kUnavailable, reason::kFunctionQuarantined), ExitCode::kFunctionFailed);
}

TEST(ExitCodeTest, WhatIsTooLargeIsTheUsers) {
  EXPECT_EQ(Of(absl::StatusCode::kResourceExhausted, reason::kSourceTooLarge), ExitCode::kUsage);
  EXPECT_EQ(Of(absl::StatusCode::kResourceExhausted, reason::kEventTooLarge), ExitCode::kUsage);
  EXPECT_EQ(Of(absl::StatusCode::kResourceExhausted, reason::kResultTooLarge), ExitCode::kFunctionFailed);
}

TEST(ExitCodeTest, SourceThatDoesNotLoadIsTheFunctionsFailure) {
  EXPECT_EQ(Of(absl::StatusCode::kInvalidArgument, reason::kSourceInvalid), ExitCode::kFunctionFailed);
  EXPECT_EQ(Of(absl::StatusCode::kFailedPrecondition, reason::kHandlerNotFound), ExitCode::kFunctionFailed);
}

}  // namespace
}  // namespace mayfly::cli
