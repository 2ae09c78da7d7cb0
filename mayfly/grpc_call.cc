#include "mayfly/grpc_call.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/time/time.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/reason.h"
#include "google/rpc/status.pb.h"
#include "mayfly/error_size.h"

namespace mayfly {
namespace {

absl::Time Deadline(const grpc::ServerContext& context) {
  const auto deadline = context.deadline();
  if (deadline == std::chrono::system_clock::time_point::max()) return absl::InfiniteFuture();
  return absl::FromChrono(deadline);
}

size_t ErrorBytesMax(const ServerCall& call) {
  uint64_t bytes = 0;
  const std::optional<std::string_view> text = call.FindRequestMetadata(kErrorBytesMaxKey);
  if (!text.has_value() || !absl::SimpleAtoi(*text, &bytes)) return kErrorDetailsBytesDefault;
  return std::clamp<uint64_t>(bytes, kErrorDetailsBytesDefault, kErrorDetailsBytesMax);
}

}  // namespace

std::shared_ptr<ServerCall> MakeServerCall(const grpc::ServerContext& context) {
  Metadata metadata;
  metadata.reserve(context.client_metadata().size());
  for (const auto& [key, value] : context.client_metadata()) {
    metadata.emplace_back(std::string(key.data(), key.size()), std::string(value.data(), value.size()));
  }
  return std::make_shared<ServerCall>(Deadline(context), std::move(metadata));
}

absl::Status Authenticate(const Authenticator& authenticator, const ServerCall& call) {
  if (authenticator.Allows(call.FindRequestMetadata("authorization"))) return absl::OkStatus();
  return MakeError(absl::StatusCode::kUnauthenticated, reason::kUnauthenticated,
                   "this server asks for a bearer token: metadata authorization: Bearer TOKEN");
}

grpc::Status ToGrpcStatus(const absl::Status& status, const ServerCall& call) {
  if (status.ok()) return grpc::Status::OK;
  google::rpc::Status error = ToRpcStatus(status);
  ShrinkError(error, ErrorBytesMax(call));
  return grpc::Status(static_cast<grpc::StatusCode>(error.code()), error.message(), error.SerializeAsString());
}

}  // namespace mayfly
