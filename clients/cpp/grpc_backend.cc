#include "clients/cpp/grpc_backend.h"

#include <google/protobuf/descriptor.h>
#include <google/protobuf/message.h>
#include <grpcpp/create_channel.h>
#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/impl/codegen/proto_utils.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include <optional>
#include <string_view>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "absl/time/time.h"
#include "base/error.h"
#include "base/grpc_details.h"
#include "base/limits.h"
#include "base/reason.h"

namespace mayfly::client {
namespace {

using Message = google::protobuf::Message;

grpc::ChannelArguments ChannelLimits() {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(static_cast<int>(kReplyBytesMax));
  arguments.SetMaxSendMessageSize(static_cast<int>(kBodyBytesMax));
  arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, static_cast<int>(kErrorDetailsBytesMax));
  return arguments;
}

// gRPC tells of every try, from the outside in: the cause comes last.
std::string_view LastPart(std::string_view message) {
  const size_t colon = message.rfind(": ");
  return colon == std::string_view::npos ? message : message.substr(colon + 2);
}

class GrpcBackend final : public Backend {
 public:
  explicit GrpcBackend(GrpcOptions options)
      : options_(std::move(options)),
        stub_(grpc::CreateCustomChannel(options_.address, grpc::InsecureChannelCredentials(), ChannelLimits())) {}

  absl::Status Call(const google::protobuf::MethodDescriptor& method, const Message& request, Message& response,
                    absl::Time deadline) override {
    grpc::ClientContext context;
    if (deadline != absl::InfiniteFuture()) context.set_deadline(absl::ToChronoTime(deadline));
    if (!options_.token.empty()) context.AddMetadata("authorization", absl::StrCat("Bearer ", options_.token));
    context.AddMetadata(kErrorBytesMaxKey, absl::StrCat(kErrorDetailsBytesMax));
    grpc::Status status;
    absl::Notification done;
    stub_.UnaryCall(&context, absl::StrCat("/", method.service()->full_name(), "/", method.name()), {}, &request,
                    &response, [&](grpc::Status result) {
                      status = std::move(result);
                      done.Notify();
                    });
    done.WaitForNotification();
    return ToAbslStatus(status);
  }

 private:
  absl::Status ToAbslStatus(const grpc::Status& status) const {
    if (status.ok()) return absl::OkStatus();
    if (std::optional<absl::Status> error = FindServerError(status)) return *std::move(error);
    const auto code = static_cast<absl::StatusCode>(status.error_code());
    // Our server gives each error a reason: one without comes from the connection.
    if (code == absl::StatusCode::kUnavailable) {
      return MakeError(
          code, reason::kPeerUnreachable,
          absl::StrCat("no server answers at ", options_.address, " (", LastPart(status.error_message()), ")"),
          {{"address", options_.address}});
    }
    if (code == absl::StatusCode::kDeadlineExceeded) {
      return MakeError(code, reason::kRequestTimeout,
                       absl::StrCat(options_.address, " gave no answer before the deadline"));
    }
    return absl::Status(code, status.error_message());
  }

  const GrpcOptions options_;
  grpc::TemplatedGenericStub<Message, Message> stub_;
};

}  // namespace

std::unique_ptr<Backend> ConnectGrpc(GrpcOptions options) { return std::make_unique<GrpcBackend>(std::move(options)); }

}  // namespace mayfly::client
