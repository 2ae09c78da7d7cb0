// Starts a zygote's process.
#ifndef MAYFLY_DATAPLANE_SPAWN_ZYGOTE_H_
#define MAYFLY_DATAPLANE_SPAWN_ZYGOTE_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/unique_fd.h"

namespace mayfly::dataplane {

struct SpawnedZygote {
  pid_t pid;
  UniqueFd pidfd;
  UniqueFd control;      // our end, which does not block
  UniqueFd stderr_pipe;  // what it and its workers write; does not block
};

// Executes `binary` with `arguments` behind its name, with the descriptors that runtime/worker/zygote.h names, in a
// session of its own, and with nothing else of ours: no environment, no other descriptor, no signal setting. It dies
// with the thread that calls this, which also must reap it. Errors: UNAVAILABLE, with the binary and the reason.
absl::StatusOr<SpawnedZygote> SpawnZygote(const std::string& binary, const std::vector<std::string>& arguments);

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_SPAWN_ZYGOTE_H_
