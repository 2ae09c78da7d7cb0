// The flags that say how calls are kept apart: of `serve`, and of all commands that run functions in this process.
#ifndef MAYFLY_MAYFLY_ISOLATION_FLAGS_H_
#define MAYFLY_MAYFLY_ISOLATION_FLAGS_H_

#include "mayfly/isolation_options.h"

namespace CLI {
class App;
}

namespace mayfly {

// Declares --isolation, --rewind, --sandbox and their like, each with an environment variable; parsing fills `options`,
// which outlives `app`.
void DeclareIsolationFlags(CLI::App& app, IsolationOptions& options);

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_ISOLATION_FLAGS_H_
