// Errors as clients see them: an absl::Status that carries the details of a google.rpc.Status.
#ifndef MAYFLY_BASE_ERROR_H_
#define MAYFLY_BASE_ERROR_H_

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace google::protobuf {
class Message;
}
namespace google::rpc {
class Status;
}

namespace mayfly {

// Ordered pairs, for ErrorInfo.metadata.
using ErrorMetadata = std::vector<std::pair<std::string, std::string>>;

// An error with one google.rpc.ErrorInfo {reason, domain: "mayfly", metadata}. `reason` is one of base/reason.h.
// `code` is not kOk. The message says what happened, where, and what to do next.
absl::Status MakeError(absl::StatusCode code, std::string_view reason, std::string_view message,
                       const ErrorMetadata& metadata = {});

// An OVERLOADED or SHUTTING_DOWN error that says when to come back: adds google.rpc.RetryInfo.
absl::Status WithRetryAfter(absl::Status status, absl::Duration delay);

// One violated field, for BadRequest.
struct FieldViolation {
  std::string field;        // a JSON path: "dependencies.greeter.source"
  std::string description;  // a sentence
};

// An INVALID_ARGUMENT with `reason` and google.rpc.BadRequest; its message joins the violations. Not empty.
absl::Status MakeFieldError(std::string_view reason, const std::vector<FieldViolation>& violations);

// Adds `detail` to an error's details. `status` is not OK.
void AddErrorDetail(absl::Status& status, const google::protobuf::Message& detail);

// ErrorInfo.reason of an error; empty if it has none.
std::string ErrorReason(const absl::Status& status);

// To and from the wire's form, details included. The numbers of the codes are the same in absl, gRPC and google.rpc.
google::rpc::Status ToRpcStatus(const absl::Status& status);
absl::Status FromRpcStatus(const google::rpc::Status& status);

}  // namespace mayfly

#endif  // MAYFLY_BASE_ERROR_H_
