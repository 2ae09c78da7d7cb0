// What planes in this process need to know of this machine, for the embedding library and for commands without a
// server.
#ifndef MAYFLY_MAYFLY_LOCAL_PLANES_H_
#define MAYFLY_MAYFLY_LOCAL_PLANES_H_

#include <string>

#include "absl/status/statusor.h"
#include "mayfly/isolation_options.h"
#include "mayfly/planes.h"

namespace mayfly {

// In memory, with the workers found in `worker_dir` ("": beside this binary), kept apart and locked in as `isolation`
// says, and as many of them as this machine bears. Errors: those of FindWorkerBinaries, ChooseIsolation and
// ChooseSandbox.
absl::StatusOr<PlanesOptions> LocalPlanes(const std::string& worker_dir, const IsolationOptions& isolation);

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_LOCAL_PLANES_H_
