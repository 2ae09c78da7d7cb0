// Where the workers' binaries are.
#ifndef MAYFLY_MAYFLY_WORKER_BINARIES_H_
#define MAYFLY_MAYFLY_WORKER_BINARIES_H_

#include <string>

#include "absl/status/statusor.h"

namespace mayfly {

// Absolute paths.
struct WorkerBinaries {
  std::string js;
  std::string python;
};

// Looks in `worker_dir`, or, if it is empty, beside `executable` and where the build leaves them (../runtime/js,
// ../runtime/python). Errors: FAILED_PRECONDITION, naming what is missing and where it was looked for.
absl::StatusOr<WorkerBinaries> FindWorkerBinaries(const std::string& worker_dir, const std::string& executable);

// The path of the running program.
std::string OwnExecutable();

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_WORKER_BINARIES_H_
