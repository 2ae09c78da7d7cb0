// A client's backend that brings its planes along.
#ifndef MAYFLY_MAYFLY_OWNING_BACKEND_H_
#define MAYFLY_MAYFLY_OWNING_BACKEND_H_

#include <memory>

#include "absl/status/statusor.h"
#include "clients/cpp/backend.h"
#include "mayfly/planes.h"

namespace mayfly {

// Both planes in this process, which end with the backend. Errors: those of Planes::Open.
absl::StatusOr<std::unique_ptr<client::Backend>> OpenPlanesBackend(const PlanesOptions& options);

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_OWNING_BACKEND_H_
