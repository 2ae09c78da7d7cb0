#include "dataplane/outcome_status.h"

#include <string>
#include <string_view>

#include "absl/strings/str_cat.h"
#include "base/code_frame.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/reason.h"
#include "dataplane/function_revision.h"
#include "mayfly/v1/invocation.pb.h"

namespace mayfly::dataplane {
namespace {

using runtime::GuestError;
using runtime::Outcome;

// Which revision an error speaks of, for programs.
ErrorMetadata About(const FunctionRevision& function) {
  if (!function.stored()) return {};
  return {{"function", function.key.name.ToString()}, {"revision", absl::StrCat(function.key.revision)}};
}

absl::Status Error(absl::StatusCode code, std::string_view reason, std::string_view message,
                   const FunctionRevision& function) {
  return MakeError(code, reason, message, About(function));
}

// "TypeError: x is not a function (hello.js:2:21)".
std::string Describe(const GuestError& error) {
  std::string text = error.type;
  if (!error.message.empty()) absl::StrAppend(&text, text.empty() ? "" : ": ", error.message);
  if (text.empty()) text = "an error without a message";
  if (error.frames.empty()) return text;
  const runtime::StackFrame& place = error.frames.front();
  absl::StrAppend(&text, " (", place.file, ":", place.line);
  if (place.column > 0) absl::StrAppend(&text, ":", place.column);
  return text + ")";
}

v1::FunctionError ToProto(const GuestError& error, const FunctionRevision& function) {
  v1::FunctionError proto;
  proto.set_type(error.type);
  proto.set_message(error.message);
  proto.set_stack(error.stack);
  for (const runtime::StackFrame& frame : error.frames) {
    v1::StackFrame& added = *proto.add_frames();
    added.set_function(frame.function);
    added.set_file(frame.file);
    added.set_line(frame.line);
    added.set_column(frame.column);
  }
  if (error.frames.empty()) return proto;
  const runtime::StackFrame& place = error.frames.front();
  proto.set_code_frame(CodeFrame(function.FindSource(place.file), place.line, place.column));
  return proto;
}

std::string CapMib(const FunctionRevision& function) {
  return absl::StrCat(function.load.memory_limit_bytes / static_cast<int64_t>(kMiB), " MiB");
}

absl::Status MemoryLimit(const FunctionRevision& function) {
  return Error(absl::StatusCode::kResourceExhausted, reason::kMemoryLimit,
               absl::StrCat("Out of memory: ", function.Title(), " needs more than its ", CapMib(function),
                            ". Raise memoryLimitMib, or keep less at a time."),
               function);
}

absl::Status NoSense(const FunctionRevision& function) {
  return Error(absl::StatusCode::kInternal, reason::kWorkerCrashed,
               absl::StrCat("The worker of ", function.Title(), " gave an answer that makes no sense, and was ended."),
               function);
}

// The caller wrote the source that does not load, or else called a function whose source does not load any more.
absl::StatusCode LoadCode(Purpose purpose) {
  return purpose == Purpose::kInvoke ? absl::StatusCode::kFailedPrecondition : absl::StatusCode::kInvalidArgument;
}

absl::Status LoadOutcome(Outcome outcome, const GuestError& error, const FunctionRevision& function, Purpose purpose) {
  switch (outcome) {
    case Outcome::kSourceInvalid:
      return Error(LoadCode(purpose), reason::kSourceInvalid,
                   absl::StrCat("The source does not load: ", Describe(error)), function);
    case Outcome::kHandlerNotFound:
      return Error(LoadCode(purpose), reason::kHandlerNotFound,
                   absl::StrCat("The source has no handler '", function.load.handler, "': ", error.message), function);
    case Outcome::kMemoryLimit:
      return MemoryLimit(function);
    case Outcome::kReturned:
    case Outcome::kThrew:
    case Outcome::kResultNotSerializable:
    case Outcome::kResultTooLarge:
    case Outcome::kEventInvalid:
      break;
  }
  return NoSense(function);
}

absl::Status RunOutcome(Outcome outcome, const GuestError& error, const FunctionRevision& function) {
  switch (outcome) {
    case Outcome::kThrew:
      return Error(absl::StatusCode::kUnknown, reason::kFunctionThrew, Describe(error), function);
    case Outcome::kMemoryLimit:
      return MemoryLimit(function);
    case Outcome::kResultNotSerializable:
      return Error(absl::StatusCode::kUnknown, reason::kResultNotSerializable,
                   absl::StrCat("The result can't be written as JSON: ", Describe(error)), function);
    case Outcome::kResultTooLarge:
      return ResultTooLargeStatus(function, kResultBytesMax);
    case Outcome::kEventInvalid:
      return Error(absl::StatusCode::kInvalidArgument, reason::kEventInvalid,
                   absl::StrCat("The event can't be read in the function's language: ", Describe(error)), function);
    case Outcome::kReturned:
    case Outcome::kSourceInvalid:
    case Outcome::kHandlerNotFound:
      break;
  }
  return NoSense(function);
}

std::string_view During(Phase phase) {
  switch (phase) {
    case Phase::kQueue:
      return "before it was called";
    case Phase::kLoad:
      return "while the function was loaded";
    case Phase::kRun:
      return "during the call";
  }
  return "";
}

}  // namespace

absl::Status OutcomeStatus(Outcome outcome, const GuestError& error, const FunctionRevision& function, Purpose purpose,
                           Phase phase) {
  absl::Status status =
      phase == Phase::kRun ? RunOutcome(outcome, error, function) : LoadOutcome(outcome, error, function, purpose);
  if (ErrorReason(status) != reason::kWorkerCrashed) AddErrorDetail(status, ToProto(error, function));
  return status;
}

absl::Status ResultTooLargeStatus(const FunctionRevision& function, size_t bytes_max) {
  return Error(absl::StatusCode::kResourceExhausted, reason::kResultTooLarge,
               absl::StrCat("The result is larger than ", bytes_max / kMiB, " MiB as JSON. Return less."), function);
}

absl::Status CpuLimitStatus(const FunctionRevision& function, absl::Duration limit) {
  return Error(absl::StatusCode::kResourceExhausted, reason::kCpuLimit,
               absl::StrCat(function.Title(), " used ", absl::FormatDuration(limit),
                            " of CPU time, all that one call may have here, and was stopped. Do less in a call."),
               function);
}

bool LeavesWorkerUsable(Outcome outcome) {
  switch (outcome) {
    case Outcome::kReturned:
    case Outcome::kThrew:
    case Outcome::kResultNotSerializable:
    case Outcome::kResultTooLarge:
    case Outcome::kEventInvalid:
      return true;
    case Outcome::kMemoryLimit:  // its engine may have nothing left to go on with
    case Outcome::kSourceInvalid:
    case Outcome::kHandlerNotFound:
      break;
  }
  return false;
}

absl::Status WorkerEndStatus(const absl::Status& status, const FunctionRevision& function, Phase phase) {
  if (status.code() == absl::StatusCode::kResourceExhausted) return MemoryLimit(function);
  const std::string reason = ErrorReason(status);
  if (!reason.empty() && reason != reason::kWorkerCrashed) return status;
  return Error(absl::StatusCode::kInternal, reason::kWorkerCrashed,
               absl::StrCat("The worker of ", function.Title(), " ended ", During(phase), ": ", status.message(),
                            ". Only this call is lost; the function can be called again."),
               function);
}

absl::Status TimeoutStatus(const FunctionRevision& function, absl::Duration budget, Phase phase) {
  const std::string time = absl::FormatDuration(absl::Trunc(budget, absl::Milliseconds(1)));
  switch (phase) {
    case Phase::kQueue:
      return Error(absl::StatusCode::kDeadlineExceeded, reason::kQueueTimeout,
                   absl::StrCat("The call waited ", time,
                                " for a worker, which is all the time it had. Nothing has run; try again later."),
                   function);
    case Phase::kLoad:
      return Error(
          absl::StatusCode::kDeadlineExceeded, reason::kFunctionTimeout,
          absl::StrCat(
              "The time of the call, ", time, ", ended while ", function.Title(),
              " was loading. Do less at the top level of its source, or raise timeoutMillis or the caller's deadline."),
          function);
    case Phase::kRun:
      break;
  }
  return Error(
      absl::StatusCode::kDeadlineExceeded, reason::kFunctionTimeout,
      absl::StrCat(
          "The time of the call, ", time, ", ended while ", function.Title(),
          " was running, and it was stopped. Raise timeoutMillis or the caller's deadline, or do less in a call."),
      function);
}

absl::Status CancelledStatus(const FunctionRevision& function) {
  return Error(absl::StatusCode::kCancelled, reason::kCancelled, "The caller cancelled the call, and it was stopped.",
               function);
}

}  // namespace mayfly::dataplane
