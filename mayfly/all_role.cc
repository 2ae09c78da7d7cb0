#include <utility>

#include "mayfly/role.h"

namespace mayfly {
namespace {

class AllRole final : public Role {
 public:
  explicit AllRole(std::unique_ptr<Planes> planes) : planes_(std::move(planes)) {}

  const MethodTable* methods() override { return &planes_->methods(); }
  DataPlane* data_plane() override { return &planes_->data_plane(); }
  gateway::Backend* http_backend() override { return &planes_->backend(); }
  boost::asio::io_context* http_io() override { return &planes_->io().context(); }
  void BeginDrain() override { planes_->BeginDrain(); }
  bool AwaitDrained(absl::Duration time_max) override { return planes_->AwaitDrained(time_max); }
  void Stop() override { planes_->Stop(); }

 private:
  const std::unique_ptr<Planes> planes_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Role>> MakeAllRole(const PlanesOptions& options) {
  absl::StatusOr<std::unique_ptr<Planes>> planes = Planes::Open(options);
  if (!planes.ok()) return planes.status();
  return std::make_unique<AllRole>(*std::move(planes));
}

}  // namespace mayfly
