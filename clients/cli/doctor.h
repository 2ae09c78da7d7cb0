// `mayfly doctor`: what works on this machine.
#ifndef MAYFLY_CLIENTS_CLI_DOCTOR_H_
#define MAYFLY_CLIENTS_CLI_DOCTOR_H_

#include "clients/cli/exit_code.h"
#include "clients/cli/session.h"

namespace mayfly::cli {

// A line for each finding and what to do about it; kFunctionFailed if one is bad. As JSON: an array of {"name",
// "state", "detail", "advice"}.
ExitCode Doctor(const Session& session);

}  // namespace mayfly::cli

#endif  // MAYFLY_CLIENTS_CLI_DOCTOR_H_
