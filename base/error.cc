#include "base/error.h"

#include <google/protobuf/message.h>

#include <optional>

#include "absl/log/check.h"
#include "absl/strings/cord.h"
#include "absl/strings/str_join.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"

namespace mayfly {
namespace {

// The payload holds a serialized google.rpc.Status of which only `details` is set.
constexpr char kDetailsUrl[] = "type.googleapis.com/google.rpc.Status";
constexpr char kDomain[] = "mayfly";

google::rpc::Status Details(const absl::Status& status) {
  google::rpc::Status details;
  const std::optional<absl::Cord> payload = status.GetPayload(kDetailsUrl);
  if (payload.has_value()) details.ParseFromString(std::string(*payload));
  return details;
}

}  // namespace

absl::Status MakeError(absl::StatusCode code, std::string_view reason, std::string_view message,
                       const ErrorMetadata& metadata) {
  CHECK(code != absl::StatusCode::kOk);
  google::rpc::ErrorInfo info;
  info.set_reason(std::string(reason));
  info.set_domain(kDomain);
  for (const auto& [key, value] : metadata) (*info.mutable_metadata())[key] = value;
  absl::Status status(code, message);
  AddErrorDetail(status, info);
  return status;
}

absl::Status WithRetryAfter(absl::Status status, absl::Duration delay) {
  google::rpc::RetryInfo retry;
  const int64_t nanos = absl::ToInt64Nanoseconds(delay);
  retry.mutable_retry_delay()->set_seconds(nanos / 1'000'000'000);
  retry.mutable_retry_delay()->set_nanos(static_cast<int32_t>(nanos % 1'000'000'000));
  AddErrorDetail(status, retry);
  return status;
}

absl::Status MakeFieldError(std::string_view reason, const std::vector<FieldViolation>& violations) {
  CHECK(!violations.empty());
  google::rpc::BadRequest request;
  for (const FieldViolation& violation : violations) {
    auto* field = request.add_field_violations();
    field->set_field(violation.field);
    field->set_description(violation.description);
  }
  const std::string message = absl::StrJoin(violations, "; ", [](std::string* out, const FieldViolation& violation) {
    absl::StrAppend(out, violation.field, violation.field.empty() ? "" : ": ", violation.description);
  });
  absl::Status status = MakeError(absl::StatusCode::kInvalidArgument, reason, message);
  AddErrorDetail(status, request);
  return status;
}

void AddErrorDetail(absl::Status& status, const google::protobuf::Message& detail) {
  CHECK(!status.ok());
  google::rpc::Status details = Details(status);
  details.add_details()->PackFrom(detail);
  status.SetPayload(kDetailsUrl, absl::Cord(details.SerializeAsString()));
}

std::string ErrorReason(const absl::Status& status) {
  const google::rpc::Status details = Details(status);
  google::rpc::ErrorInfo info;
  for (const auto& detail : details.details()) {
    if (detail.UnpackTo(&info)) return info.reason();
  }
  return "";
}

google::rpc::Status ToRpcStatus(const absl::Status& status) {
  google::rpc::Status result = Details(status);
  result.set_code(static_cast<int>(status.code()));
  result.set_message(std::string(status.message()));
  return result;
}

absl::Status FromRpcStatus(const google::rpc::Status& status) {
  absl::Status result(static_cast<absl::StatusCode>(status.code()), status.message());
  if (result.ok() || status.details().empty()) return result;
  google::rpc::Status details;
  *details.mutable_details() = status.details();
  result.SetPayload(kDetailsUrl, absl::Cord(details.SerializeAsString()));
  return result;
}

}  // namespace mayfly
