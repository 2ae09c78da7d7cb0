// `mayfly list`: what is stored.
#ifndef MAYFLY_CLIENTS_CLI_LIST_H_
#define MAYFLY_CLIENTS_CLI_LIST_H_

#include "clients/cli/exit_code.h"
#include "clients/cli/session.h"

namespace mayfly::cli {

// A table in the order of the ids, or a bare JSON array.
ExitCode List(const Session& session);

}  // namespace mayfly::cli

#endif  // MAYFLY_CLIENTS_CLI_LIST_H_
