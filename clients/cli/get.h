// `mayfly get ID`: one function.
#ifndef MAYFLY_CLIENTS_CLI_GET_H_
#define MAYFLY_CLIENTS_CLI_GET_H_

#include <cstdint>
#include <string>

#include "clients/cli/exit_code.h"
#include "clients/cli/session.h"

namespace mayfly::cli {

struct GetArguments {
  std::string id;
  int32_t revision = 0;  // 0: the latest
  bool source = false;   // print the source alone; as JSON, the whole manifest too
};

ExitCode Get(const Session& session, const GetArguments& arguments);

}  // namespace mayfly::cli

#endif  // MAYFLY_CLIENTS_CLI_GET_H_
