// What the user names on the command line, as functions.
#ifndef MAYFLY_CLIENTS_CLI_FUNCTION_FILES_H_
#define MAYFLY_CLIENTS_CLI_FUNCTION_FILES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/cli/files.h"
#include "clients/cli/manifest_reader.h"

namespace mayfly::cli {

// One file: a manifest (.json, .jsonc), or a plain source (.js, .cjs, .mjs for an ES module, .py) that becomes a
// function named as the file. Errors: those of ReadManifest; INVALID_ARGUMENT for any other kind of file.
absl::StatusOr<FunctionFile> ReadFunctionFile(const Files& files, const std::string& path);

// Files as they are; a folder (not what is in its own folders) as its manifests, and then the sources that no manifest
// takes its text from. A folder in which GraalFaaS keeps its functions (".faas", or one that holds it) is its stored
// functions. Errors: INVALID_ARGUMENT for a folder without functions.
absl::StatusOr<std::vector<std::string>> ExpandFolders(const Files& files, const std::vector<std::string>& paths);

}  // namespace mayfly::cli

#endif  // MAYFLY_CLIENTS_CLI_FUNCTION_FILES_H_
