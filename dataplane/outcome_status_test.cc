#include "dataplane/outcome_status.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/error.h"
#include "base/reason.h"
#include "dataplane/function_revision.h"
#include "dataplane/test_functions.h"
#include "google/rpc/status.pb.h"
#include "mayfly/v1/invocation.pb.h"

namespace mayfly::dataplane {
namespace {

using runtime::GuestError;
using runtime::Outcome;

class OutcomeStatusTest : public ::testing::Test {
 protected:
  absl::Status Of(Outcome outcome, Purpose purpose, Phase phase, const GuestError& error = {}) {
    return OutcomeStatus(outcome, error, *function_, purpose, phase);
  }
  static v1::FunctionError FunctionErrorOf(const absl::Status& status) {
    const google::rpc::Status wire = ToRpcStatus(status);
    v1::FunctionError error;
    for (const auto& detail : wire.details()) {
      if (detail.UnpackTo(&error)) break;
    }
    return error;
  }

  std::shared_ptr<const FunctionRevision> function_ = MakeTestRevision("hello");
};

TEST_F(OutcomeStatusTest, EachOutcomeOfARunHasItsCodeAndReason) {
  const struct {
    Outcome outcome;
    absl::StatusCode code;
    std::string reason;
  } kRows[] = {
      {Outcome::kThrew, absl::StatusCode::kUnknown, reason::kFunctionThrew},
      {Outcome::kMemoryLimit, absl::StatusCode::kResourceExhausted, reason::kMemoryLimit},
      {Outcome::kResultNotSerializable, absl::StatusCode::kUnknown, reason::kResultNotSerializable},
      {Outcome::kResultTooLarge, absl::StatusCode::kResourceExhausted, reason::kResultTooLarge},
      {Outcome::kEventInvalid, absl::StatusCode::kInvalidArgument, reason::kEventInvalid},
      // A worker that says these of a run lies.
      {Outcome::kSourceInvalid, absl::StatusCode::kInternal, reason::kWorkerCrashed},
      {Outcome::kHandlerNotFound, absl::StatusCode::kInternal, reason::kWorkerCrashed},
  };
  for (const auto& row : kRows) {
    const absl::Status status = Of(row.outcome, Purpose::kInvoke, Phase::kRun);
    EXPECT_EQ(status.code(), row.code) << status;
    EXPECT_EQ(ErrorReason(status), row.reason) << status;
  }
}

TEST_F(OutcomeStatusTest, EachOutcomeOfALoadHasItsCodeAndReason) {
  for (const auto& [purpose, code] : {std::pair(Purpose::kInvoke, absl::StatusCode::kFailedPrecondition),
                                      std::pair(Purpose::kRun, absl::StatusCode::kInvalidArgument),
                                      std::pair(Purpose::kCheck, absl::StatusCode::kInvalidArgument)}) {
    const absl::Status invalid = Of(Outcome::kSourceInvalid, purpose, Phase::kLoad);
    EXPECT_EQ(invalid.code(), code);
    EXPECT_EQ(ErrorReason(invalid), reason::kSourceInvalid);
    const absl::Status no_handler = Of(Outcome::kHandlerNotFound, purpose, Phase::kLoad);
    EXPECT_EQ(no_handler.code(), code);
    EXPECT_EQ(ErrorReason(no_handler), reason::kHandlerNotFound);
    EXPECT_EQ(ErrorReason(Of(Outcome::kMemoryLimit, purpose, Phase::kLoad)), reason::kMemoryLimit);
    for (const Outcome lie :
         {Outcome::kThrew, Outcome::kResultNotSerializable, Outcome::kResultTooLarge, Outcome::kEventInvalid}) {
      EXPECT_EQ(ErrorReason(Of(lie, purpose, Phase::kLoad)), reason::kWorkerCrashed);
    }
  }
}

TEST_F(OutcomeStatusTest, CarriesWhatTheGuestThrew) {
  const GuestError error{
      .type = "E", .message = "m", .stack = "s", .frames = {{"f", "greeter.js", 1, 9}, {"g", "hello.js", 2, 1}}};
  const absl::Status status = Of(Outcome::kThrew, Purpose::kInvoke, Phase::kRun, error);
  EXPECT_EQ(status.message(), "E: m (greeter.js:1:9)");
  const v1::FunctionError proto = FunctionErrorOf(status);
  EXPECT_EQ(proto.type(), "E");
  EXPECT_EQ(proto.message(), "m");
  EXPECT_EQ(proto.stack(), "s");
  ASSERT_EQ(proto.frames_size(), 2);
  EXPECT_EQ(proto.frames(0).function(), "f");
  EXPECT_EQ(proto.frames(1).line(), 2);
  EXPECT_EQ(proto.code_frame(), "> 1 | exports.greet = () => 1;\n    |         ^\n  2 |\n");
}

TEST_F(OutcomeStatusTest, AnyPlaceAndTextOfAGuestIsSafe) {
  for (const int32_t place : {INT32_MIN, 0, INT32_MAX}) {
    const GuestError error{.frames = {{"", "hello.js", place, place}}};
    EXPECT_EQ(FunctionErrorOf(Of(Outcome::kThrew, Purpose::kInvoke, Phase::kRun, error)).code_frame(), "");
  }
  EXPECT_EQ(Of(Outcome::kThrew, Purpose::kInvoke, Phase::kRun).message(), "an error without a message");
  const GuestError no_column{.type = "E", .frames = {{"", "elsewhere", 3, 0}}};
  EXPECT_EQ(Of(Outcome::kThrew, Purpose::kInvoke, Phase::kRun, no_column).message(), "E (elsewhere:3)");
}

TEST_F(OutcomeStatusTest, OnlyAWorkerThatKeptItsWordIsUsedAgain) {
  for (const Outcome good : {Outcome::kReturned, Outcome::kThrew, Outcome::kResultNotSerializable,
                             Outcome::kResultTooLarge, Outcome::kEventInvalid}) {
    EXPECT_TRUE(LeavesWorkerUsable(good));
  }
  for (const Outcome bad : {Outcome::kMemoryLimit, Outcome::kSourceInvalid, Outcome::kHandlerNotFound}) {
    EXPECT_FALSE(LeavesWorkerUsable(bad));
  }
}

TEST_F(OutcomeStatusTest, AWorkersEndSaysWhenItEnded) {
  const absl::Status crash = MakeError(absl::StatusCode::kInternal, reason::kWorkerCrashed, "exit code 3");
  const absl::Status status = WorkerEndStatus(crash, *function_, Phase::kLoad);
  EXPECT_EQ(ErrorReason(status), reason::kWorkerCrashed);
  EXPECT_EQ(
      status.message(),
      "The worker of 'hello' ended while the function was loaded: exit code 3. Only this call is lost; the function "
      "can be called again.");
  // A status that no worker gives is a crash too.
  EXPECT_EQ(ErrorReason(WorkerEndStatus(absl::CancelledError("?"), *function_, Phase::kRun)), reason::kWorkerCrashed);
  const absl::Status full = MakeError(absl::StatusCode::kUnavailable, reason::kOverloaded, "x");
  EXPECT_EQ(WorkerEndStatus(full, *function_, Phase::kLoad), full);
}

}  // namespace
}  // namespace mayfly::dataplane
