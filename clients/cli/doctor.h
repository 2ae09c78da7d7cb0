// `mayfly doctor`: what works on this machine, and whether calls are kept apart.
#ifndef MAYFLY_CLIENTS_CLI_DOCTOR_H_
#define MAYFLY_CLIENTS_CLI_DOCTOR_H_

#include "clients/cli/exit_code.h"
#include "clients/cli/files.h"
#include "clients/cli/session.h"

namespace mayfly::cli {

struct DoctorArguments {
  bool tries_guests = false;  // --isolation: have the hostile guests do their worst, too
};

// A line for each finding and what to do about it; kFunctionFailed if one is bad. As JSON: an array of {"name",
// "state", "detail", "advice"}. `hostile_guests`: the files of hostile_guests/.
ExitCode Doctor(const Session& session, const Files& hostile_guests, const DoctorArguments& arguments);

}  // namespace mayfly::cli

#endif  // MAYFLY_CLIENTS_CLI_DOCTOR_H_
