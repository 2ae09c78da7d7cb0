// `mayfly` alone: a demonstration that needs nothing.
#ifndef MAYFLY_CLIENTS_CLI_DEMO_H_
#define MAYFLY_CLIENTS_CLI_DEMO_H_

#include "clients/cli/exit_code.h"
#include "clients/cli/files.h"
#include "clients/cli/session.h"

namespace mayfly::cli {

// Stores the examples in memory, calls each, and prints each call, its result and its receipt; then one of them twice,
// cold and warm. As JSON: an array of {"id", "event", "result", "receipt"}. `examples` holds the files of examples/.
ExitCode Demo(const Session& session, const Files& examples);

}  // namespace mayfly::cli

#endif  // MAYFLY_CLIENTS_CLI_DEMO_H_
