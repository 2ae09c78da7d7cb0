// An error on stderr: what happened, where, and what it left behind.
#ifndef MAYFLY_CLIENTS_CLI_ERROR_REPORT_H_
#define MAYFLY_CLIENTS_CLI_ERROR_REPORT_H_

#include "absl/status/status.h"
#include "clients/cli/terminal.h"

namespace mayfly::cli {

enum class Format { kText, kJson };

// As text: for a guest's error its captured logs, type and message, code frame, stack and receipt; for any other its
// message; then the reason. As JSON: the HTTP error body on one line.
void PrintError(const Screen& screen, Format format, const absl::Status& status);

}  // namespace mayfly::cli

#endif  // MAYFLY_CLIENTS_CLI_ERROR_REPORT_H_
