#include "mayfly/mayfly.h"

#include <memory>
#include <utility>

#include "mayfly/local_planes.h"
#include "mayfly/owning_backend.h"
#include "mayfly/planes.h"

namespace mayfly {

absl::StatusOr<client::Client> Open(const Options& options) {
  absl::StatusOr<PlanesOptions> planes = LocalPlanes(options.worker_dir, options.isolation);
  if (!planes.ok()) return planes.status();
  if (!options.data_dir.empty()) planes->data_dir = options.data_dir;
  if (options.workers_max > 0) planes->data_plane.limits.workers_max = options.workers_max;
  absl::StatusOr<std::unique_ptr<client::Backend>> backend = OpenPlanesBackend(*planes);
  if (!backend.ok()) return backend.status();
  return client::Client(*std::move(backend), {});
}

}  // namespace mayfly
