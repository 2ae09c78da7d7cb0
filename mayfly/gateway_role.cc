#include "gateway/grpc_backend.h"
#include "mayfly/contract.h"
#include "mayfly/io_threads.h"
#include "mayfly/role.h"

namespace mayfly {
namespace {

// It holds nothing of its own: a call is in flight as long as its HTTP connection is, and the door waits for those.
class GatewayRole final : public Role {
 public:
  GatewayRole(const PlanesOptions& options, const Peer& control_plane, const Peer& data_plane)
      : backend_({{kFunctionService, Connect(control_plane)}, {kInvocationService, Connect(data_plane)}}),
        io_(options.io_threads > 0 ? options.io_threads : CoreCount()) {}

  const MethodTable* methods() override { return nullptr; }
  DataPlane* data_plane() override { return nullptr; }
  gateway::Backend* http_backend() override { return &backend_; }
  boost::asio::io_context* http_io() override { return &io_.context(); }
  void BeginDrain() override {}
  bool AwaitDrained(absl::Duration) override { return true; }
  void Stop() override { io_.Stop(); }

 private:
  gateway::GrpcBackend backend_;
  IoThreads io_;
};

}  // namespace

std::unique_ptr<Role> MakeGatewayRole(const PlanesOptions& options, const Peer& control_plane, const Peer& data_plane) {
  return std::make_unique<GatewayRole>(options, control_plane, data_plane);
}

}  // namespace mayfly
