// `mayfly upload FILE…`: stores functions.
#ifndef MAYFLY_CLIENTS_CLI_UPLOAD_H_
#define MAYFLY_CLIENTS_CLI_UPLOAD_H_

#include <string>
#include <vector>

#include "clients/cli/exit_code.h"
#include "clients/cli/session.h"

namespace mayfly::cli {

struct UploadArguments {
  std::vector<std::string> paths;  // files and folders, as ExpandFolders takes them
};

// Reads all files first and stores nothing if one of them is wrong; then stores each, also after one was refused.
// Prints a line for each that was stored, or, as JSON, the array of them. The exit code is that of the first failure.
ExitCode Upload(const Session& session, const UploadArguments& arguments);

}  // namespace mayfly::cli

#endif  // MAYFLY_CLIENTS_CLI_UPLOAD_H_
