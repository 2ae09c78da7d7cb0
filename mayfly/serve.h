// `mayfly serve`: opens the doors, waits for a signal, drains.
#ifndef MAYFLY_MAYFLY_SERVE_H_
#define MAYFLY_MAYFLY_SERVE_H_

#include "clients/cli/exit_code.h"
#include "clients/cli/session.h"
#include "mayfly/serve_options.h"

namespace mayfly {

// Serves until SIGTERM or SIGINT, then lets the calls in flight finish and returns kOk; a second signal ends the
// process at once. Says on stderr what it serves and where, once it is ready; with --json that is one object on stdout.
// `data_dir` and `tokens` come from the session's global flags.
cli::ExitCode Serve(const cli::Session& session, ServeOptions options);

}  // namespace mayfly

#endif  // MAYFLY_MAYFLY_SERVE_H_
