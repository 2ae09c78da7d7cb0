#include <utility>

#include "controlplane/function_service.h"
#include "controlplane/sqlite_store.h"
#include "gateway/grpc_backend.h"
#include "mayfly/backend_function_checker.h"
#include "mayfly/contract.h"
#include "mayfly/role.h"

namespace mayfly {
namespace {

class ControlRole final : public Role {
 public:
  ControlRole(std::unique_ptr<Clock> clock, std::unique_ptr<controlplane::Store> store, const Peer& data_plane,
              size_t source_bytes_max)
      : clock_(std::move(clock)),
        store_(std::move(store)),
        data_plane_({{kInvocationService, Connect(data_plane)}}),
        checker_(data_plane_, PeerMetadata(data_plane)),
        service_(std::make_unique<controlplane::FunctionService>(*store_, checker_, source_bytes_max)) {
    service_->RegisterMethods(methods_);
  }

  const MethodTable* methods() override { return &methods_; }
  DataPlane* data_plane() override { return nullptr; }
  gateway::Backend* http_backend() override { return nullptr; }
  boost::asio::io_context* http_io() override { return nullptr; }
  void BeginDrain() override { service_->BeginDrain(); }
  bool AwaitDrained(absl::Duration time_max) override { return service_->AwaitDrained(time_max); }
  void Stop() override { service_.reset(); }

 private:
  const std::unique_ptr<Clock> clock_;
  const std::unique_ptr<controlplane::Store> store_;
  gateway::GrpcBackend data_plane_;
  BackendFunctionChecker checker_;
  MethodTable methods_;
  std::unique_ptr<controlplane::FunctionService> service_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Role>> MakeControlRole(const PlanesOptions& options, const Peer& data_plane) {
  auto clock = std::make_unique<SystemClock>();
  absl::StatusOr<std::unique_ptr<controlplane::SqliteStore>> store =
      controlplane::SqliteStore::Open({.data_dir = options.data_dir, .functions_max = options.functions_max}, *clock);
  if (!store.ok()) return store.status();
  return std::make_unique<ControlRole>(std::move(clock), *std::move(store), data_plane, options.source_bytes_max);
}

}  // namespace mayfly
