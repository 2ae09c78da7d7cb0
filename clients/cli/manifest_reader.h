// Reads a manifest from a file: Mayfly's own (JSONC, sources in files beside it), or one that GraalFaaS has stored.
#ifndef MAYFLY_CLIENTS_CLI_MANIFEST_READER_H_
#define MAYFLY_CLIENTS_CLI_MANIFEST_READER_H_

#include <map>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "clients/cli/files.h"
#include "clients/cli/jsonc.h"
#include "mayfly/v1/function.pb.h"

namespace mayfly::cli {

// A function as a file describes it.
struct FunctionFile {
  std::string path;
  v1::Manifest manifest;
  std::string text;  // of the file, for code frames
  // Where each field stands in the file, by its JSON path ("dependencies.greeter.source"), to show what a server finds
  // wrong with it.
  std::map<std::string, Place> places;
  // The files that its sources came from, as they were opened.
  std::vector<std::string> source_paths;
};

// Reads the manifest at `path`. A `sourceFile` and a dependency's `file` are looked for in the manifest's folder, then
// in the working folder. What only the server knows (limits, names) is left to it. Errors: INVALID_ARGUMENT
// MANIFEST_INVALID, "file:line:column: …" with a code frame and the nearest known key; or that a file can't be read.
absl::StatusOr<FunctionFile> ReadManifest(const Files& files, const std::string& path);

// The error a server gave for `function`, with the place in its file for each field it names (BadRequest). Any other
// error as it is.
absl::Status WithPlaces(const FunctionFile& function, const absl::Status& status);

}  // namespace mayfly::cli

#endif  // MAYFLY_CLIENTS_CLI_MANIFEST_READER_H_
