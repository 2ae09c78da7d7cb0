// What this machine has that Mayfly needs, or is better with.
#ifndef MAYFLY_MAYFLY_EXAMINE_H_
#define MAYFLY_MAYFLY_EXAMINE_H_

#include <string>
#include <vector>

#include "clients/cli/backends.h"
#include "mayfly/isolation_options.h"

namespace mayfly {

// Looks at the kernel, the resources, the workers of `executable`, the ways of rewinding (and which one `isolation`
// chooses) and the default ports. Changes nothing.
std::vector<cli::Finding> ExamineMachine(const std::string& executable, const IsolationOptions& isolation);

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_EXAMINE_H_
