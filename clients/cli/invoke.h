// `mayfly invoke ID [EVENT]`: calls a stored function.
#ifndef MAYFLY_CLIENTS_CLI_INVOKE_H_
#define MAYFLY_CLIENTS_CLI_INVOKE_H_

#include <cstdint>
#include <string>

#include "clients/cli/exit_code.h"
#include "clients/cli/session.h"

namespace mayfly::cli {

struct InvokeArguments {
  std::string id;
  std::string event;     // as ReadEvent takes it
  int32_t revision = 0;  // 0: the latest
};

// The result on stdout, verbatim; logs and receipt on stderr. As JSON: {"result", "receipt"}.
ExitCode Invoke(const Session& session, const InvokeArguments& arguments);

// Prints what a call gave, as Invoke does.
ExitCode PrintReply(const Session& session, const absl::StatusOr<client::Reply>& reply);

}  // namespace mayfly::cli

#endif  // MAYFLY_CLIENTS_CLI_INVOKE_H_
