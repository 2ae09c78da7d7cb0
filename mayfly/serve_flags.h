// The flags of `mayfly serve`, each with an environment variable: --max-workers is also MAYFLY_MAX_WORKERS.
#ifndef MAYFLY_MAYFLY_SERVE_FLAGS_H_
#define MAYFLY_MAYFLY_SERVE_FLAGS_H_

#include "mayfly/serve_options.h"

namespace CLI {
class App;
}

namespace mayfly {

// Declares them; parsing fills `options`, whose values are the defaults that the help shows. `options` outlives the
// command.
void DeclareServeFlags(CLI::App& command, ServeOptions& options);

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_SERVE_FLAGS_H_
