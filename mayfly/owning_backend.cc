#include "mayfly/owning_backend.h"

#include <utility>

#include "mayfly/in_process_backend.h"

namespace mayfly {
namespace {

class OwningBackend final : public client::Backend {
 public:
  explicit OwningBackend(std::unique_ptr<Planes> planes) : planes_(std::move(planes)), backend_(planes_->methods()) {}

  absl::Status Call(const google::protobuf::MethodDescriptor& method, const google::protobuf::Message& request,
                    google::protobuf::Message& response, absl::Time deadline) override {
    return backend_.Call(method, request, response, deadline);
  }

 private:
  const std::unique_ptr<Planes> planes_;
  InProcessBackend backend_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<client::Backend>> OpenPlanesBackend(const PlanesOptions& options) {
  absl::StatusOr<std::unique_ptr<Planes>> planes = Planes::Open(options);
  if (!planes.ok()) return planes.status();
  return std::make_unique<OwningBackend>(*std::move(planes));
}

}  // namespace mayfly
