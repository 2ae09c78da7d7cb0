// What this machine has that Mayfly needs, or is better with.
#ifndef MAYFLY_MAYFLY_EXAMINE_H_
#define MAYFLY_MAYFLY_EXAMINE_H_

#include <string>
#include <vector>

#include "clients/cli/backends.h"

namespace mayfly {

// Looks at the kernel, the resources, the workers of `executable` and the default ports. Changes nothing.
std::vector<cli::Finding> ExamineMachine(const std::string& executable);

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_EXAMINE_H_
