// What the command line answers its shell.
#ifndef MAYFLY_CLIENTS_CLI_EXIT_CODE_H_
#define MAYFLY_CLIENTS_CLI_EXIT_CODE_H_

#include "absl/status/status.h"

namespace mayfly::cli {

enum class ExitCode {
  kOk = 0,
  kFunctionFailed = 1,  // the function failed, or its source does not load
  kUsage = 2,           // the command, a file or an event is not right, or a token is missing
  kUnreachable = 3,     // no server, or it is too busy
  kNotFoundOrConflict = 5,
  kTimeout = 124,  // as timeout(1)
};

ExitCode ExitCodeOf(const absl::Status& status);

}  // namespace mayfly::cli

#endif  // MAYFLY_CLIENTS_CLI_EXIT_CODE_H_
