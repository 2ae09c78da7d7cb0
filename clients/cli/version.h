// `mayfly version`.
#ifndef MAYFLY_CLIENTS_CLI_VERSION_H_
#define MAYFLY_CLIENTS_CLI_VERSION_H_

#include "clients/cli/exit_code.h"
#include "clients/cli/session.h"

namespace mayfly::cli {

// "mayfly 0.1.0", or {"version": "0.1.0"}.
ExitCode Version(const Session& session);

}  // namespace mayfly::cli

#endif  // MAYFLY_CLIENTS_CLI_VERSION_H_
