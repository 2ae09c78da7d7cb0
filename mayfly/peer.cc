#include "mayfly/peer.h"

#include <grpcpp/create_channel.h>
#include <grpcpp/security/credentials.h>
#include <grpcpp/support/channel_arguments.h>

#include "absl/strings/str_cat.h"
#include "base/limits.h"

namespace mayfly {

std::shared_ptr<grpc::Channel> Connect(const Peer& peer) {
  const auto milliseconds = [](absl::Duration duration) {
    return static_cast<int>(absl::ToInt64Milliseconds(duration));
  };
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(static_cast<int>(kReplyBytesMax));
  arguments.SetMaxSendMessageSize(static_cast<int>(kBodyBytesMax));
  arguments.SetInt(GRPC_ARG_MAX_METADATA_SIZE, static_cast<int>(kErrorDetailsBytesMax));
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, milliseconds(kGrpcReconnectMin));
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, milliseconds(kGrpcReconnectMin));
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, milliseconds(kGrpcReconnectMax));
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, milliseconds(kGrpcKeepaliveTime));
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, milliseconds(kGrpcKeepaliveTimeout));
  return grpc::CreateCustomChannel(peer.address, grpc::InsecureChannelCredentials(), arguments);
}

Metadata PeerMetadata(const Peer& peer) {
  Metadata metadata = {{kErrorBytesMaxKey, absl::StrCat(kErrorDetailsBytesMax)}};
  if (!peer.token.empty()) metadata.emplace_back("authorization", absl::StrCat("Bearer ", peer.token));
  return metadata;
}

}  // namespace mayfly
