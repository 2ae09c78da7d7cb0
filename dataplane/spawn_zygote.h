// Starts a zygote's process.
#ifndef MAYFLY_DATAPLANE_SPAWN_ZYGOTE_H_
#define MAYFLY_DATAPLANE_SPAWN_ZYGOTE_H_

#include <sys/types.h>

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/unique_fd.h"

namespace mayfly::dataplane {

// A zygote, which is our child.
struct ZygoteProcess {
  pid_t pid = 0;
  UniqueFd pidfd;
  UniqueFd control;  // our end, which does not block
};

struct SpawnedZygote {
  ZygoteProcess process;
  UniqueFd stderr_pipe;  // what it, its copies and their workers write; does not block
};

// The two ends of a zygote's control socket.
struct ControlSocket {
  UniqueFd ours;
  UniqueFd zygotes;
};
// Errors: UNAVAILABLE.
absl::StatusOr<ControlSocket> MakeControlSocket();

// A pidfd of `child`, which is a child of ours and not reaped yet. Errors: UNAVAILABLE; then it is killed and reaped.
absl::StatusOr<UniqueFd> OpenChild(pid_t child);

// Executes `binary` with `arguments` behind its name, with the descriptors that runtime/worker/zygote.h names, in a
// session of its own, whose process group is its pid's, and with nothing else of ours: no environment but TZ and LANG,
// no other descriptor, no signal setting. It dies with the thread that calls this, which also must reap it. Errors:
// UNAVAILABLE, with the binary and the reason.
absl::StatusOr<SpawnedZygote> SpawnZygote(const std::string& binary, const std::vector<std::string>& arguments);

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_SPAWN_ZYGOTE_H_
