// `mayfly delete ID`: deletes a function and its revisions.
#ifndef MAYFLY_CLIENTS_CLI_DELETE_H_
#define MAYFLY_CLIENTS_CLI_DELETE_H_

#include <string>

#include "clients/cli/exit_code.h"
#include "clients/cli/session.h"

namespace mayfly::cli {

struct DeleteArguments {
  std::string id;
};

ExitCode Delete(const Session& session, const DeleteArguments& arguments);

}  // namespace mayfly::cli

#endif  // MAYFLY_CLIENTS_CLI_DELETE_H_
