// `mayfly run FILE [EVENT]`: runs a function that is stored nowhere.
#ifndef MAYFLY_CLIENTS_CLI_RUN_H_
#define MAYFLY_CLIENTS_CLI_RUN_H_

#include <string>

#include "clients/cli/exit_code.h"
#include "clients/cli/session.h"

namespace mayfly::cli {

struct RunArguments {
  std::string file;   // as ReadFunctionFile takes it
  std::string event;  // as ReadEvent takes it
};

// Prints as Invoke does. Needs no server.
ExitCode Run(const Session& session, const RunArguments& arguments);

}  // namespace mayfly::cli

#endif  // MAYFLY_CLIENTS_CLI_RUN_H_
