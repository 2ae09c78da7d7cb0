#include <utility>

#include "dataplane/function_watcher.h"
#include "dataplane/grpc_function_source.h"
#include "mayfly/data_plane.h"
#include "mayfly/io_threads.h"
#include "mayfly/role.h"

namespace mayfly {
namespace {

class DataRole final : public Role {
 public:
  DataRole(const PlanesOptions& options, const Peer& control_plane)
      : channel_(Connect(control_plane)),
        source_(channel_, PeerMetadata(control_plane)),
        io_(options.io_threads > 0 ? options.io_threads : CoreCount()),
        data_plane_(options.data_plane, io_.context(), source_, clock_),
        watcher_(std::make_unique<dataplane::FunctionWatcher>(
            channel_, dataplane::FunctionWatcher::Options{.metadata = PeerMetadata(control_plane)},
            data_plane_.catalog(), data_plane_.timers(), clock_)) {
    data_plane_.RegisterMethods(methods_);
    watcher_->Start();
  }

  const MethodTable* methods() override { return &methods_; }
  DataPlane* data_plane() override { return &data_plane_; }
  gateway::Backend* http_backend() override { return nullptr; }
  boost::asio::io_context* http_io() override { return nullptr; }

  void BeginDrain() override {
    is_draining_ = true;
    data_plane_.BeginDrain();
  }

  bool AwaitDrained(absl::Duration time_max) override { return data_plane_.AwaitDrained(time_max); }

  void Stop() override {
    if (!is_draining_) BeginDrain();
    data_plane_.AwaitDrained(absl::InfiniteDuration());
    watcher_.reset();
    io_.Stop();
  }

 private:
  const SystemClock clock_;
  const std::shared_ptr<grpc::Channel> channel_;
  dataplane::GrpcFunctionSource source_;
  MethodTable methods_;
  IoThreads io_;
  DataPlane data_plane_;
  std::unique_ptr<dataplane::FunctionWatcher> watcher_;
  bool is_draining_ = false;
};

}  // namespace

std::unique_ptr<Role> MakeDataRole(const PlanesOptions& options, const Peer& control_plane) {
  return std::make_unique<DataRole>(options, control_plane);
}

}  // namespace mayfly
