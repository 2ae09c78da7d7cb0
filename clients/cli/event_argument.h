// The event as the command line takes it.
#ifndef MAYFLY_CLIENTS_CLI_EVENT_ARGUMENT_H_
#define MAYFLY_CLIENTS_CLI_EVENT_ARGUMENT_H_

#include <istream>
#include <string>

#include "absl/status/statusor.h"
#include "clients/cli/files.h"

namespace mayfly::cli {

// The JSON text that `argument` means: itself, "@path" a file, "-" what `in` holds; empty stays empty. Errors:
// INVALID_ARGUMENT EVENT_INVALID with line, column and a code frame; EVENT_TOO_LARGE; a file that can't be read.
absl::StatusOr<std::string> ReadEvent(const std::string& argument, const Files& files, std::istream& in);

}  // namespace mayfly::cli

#endif  // MAYFLY_CLIENTS_CLI_EVENT_ARGUMENT_H_
