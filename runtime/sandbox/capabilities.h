// Capabilities: the pieces of root's power.
#ifndef MAYFLY_RUNTIME_SANDBOX_CAPABILITIES_H_
#define MAYFLY_RUNTIME_SANDBOX_CAPABILITIES_H_

#include "absl/status/status.h"

namespace mayfly::runtime {

// Gives up all that this process has, for ever: it executes nothing. A server that root runs has workers without power
// too.
absl::Status DropCapabilities();

}  // namespace mayfly::runtime

#endif  // MAYFLY_RUNTIME_SANDBOX_CAPABILITIES_H_
