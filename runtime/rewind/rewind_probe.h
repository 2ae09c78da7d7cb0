// Which ways of rewinding this machine allows.
#ifndef MAYFLY_RUNTIME_REWIND_REWIND_PROBE_H_
#define MAYFLY_RUNTIME_REWIND_REWIND_PROBE_H_

#include <vector>

#include "absl/status/status.h"
#include "runtime/rewind/rewind_way.h"

namespace mayfly::runtime {

struct RewindProbe {
  RewindWay way;
  absl::Status status;  // OK if it works here; else the message says what is refused: "userfaultfd: …"
};

// Tries each way on a few pages of this process, in the order of kRewindWays. What the kernel refuses this process it
// refuses its workers, and the other way round.
std::vector<RewindProbe> ProbeRewindWays();

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_REWIND_REWIND_PROBE_H_
