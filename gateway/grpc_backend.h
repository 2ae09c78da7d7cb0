// A Backend of services in other processes, over gRPC.
#ifndef MAYFLY_GATEWAY_GRPC_BACKEND_H_
#define MAYFLY_GATEWAY_GRPC_BACKEND_H_

#include <memory>
#include <string>

#include "absl/container/flat_hash_map.h"
#include "gateway/backend.h"

namespace grpc {
class Channel;
}

namespace mayfly::gateway {

// Passes on a call's metadata, deadline and cancellation; brings back its response metadata and its error with the
// details. Of its own it adds UNAVAILABLE PEER_UNREACHABLE, DEADLINE_EXCEEDED REQUEST_TIMEOUT and CANCELLED, for calls
// whose server said nothing. Destroy it when its calls have ended.
class GrpcBackend final : public Backend {
 public:
  // By full service name, "mayfly.v1.FunctionService". A call of another service is UNIMPLEMENTED.
  using Channels = absl::flat_hash_map<std::string, std::shared_ptr<grpc::Channel>>;

  explicit GrpcBackend(const Channels& channels);
  ~GrpcBackend() override;

  void CallUnary(const google::protobuf::MethodDescriptor& method, std::shared_ptr<ServerCall> call,
                 google::protobuf::Message& request, google::protobuf::Message& response, Done done) override;
  void CallServerStream(const google::protobuf::MethodDescriptor& method, std::shared_ptr<ServerCall> call,
                        const google::protobuf::Message& request, std::shared_ptr<ServerStream> stream) override;

 private:
  struct Peer;

  const Peer* FindPeer(const google::protobuf::MethodDescriptor& method) const;

  absl::flat_hash_map<std::string, std::unique_ptr<Peer>> peers_;
};

}  // namespace mayfly::gateway

#endif  // MAYFLY_GATEWAY_GRPC_BACKEND_H_
