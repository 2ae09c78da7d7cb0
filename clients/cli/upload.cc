#include "clients/cli/upload.h"

#include <utility>

#include "clients/cli/function_files.h"
#include "clients/cli/json_output.h"

namespace mayfly::cli {
namespace {

// All of them; reports each that is wrong.
absl::StatusOr<std::vector<FunctionFile>> ReadAll(const Session& session, const std::vector<std::string>& paths) {
  std::vector<FunctionFile> functions;
  absl::Status first_failure;
  for (const std::string& path : paths) {
    absl::StatusOr<FunctionFile> function = ReadFunctionFile(session.files(), path);
    if (function.ok()) {
      functions.push_back(*std::move(function));
    } else {
      session.Fail(function.status());
      first_failure.Update(function.status());
    }
  }
  if (!first_failure.ok()) return first_failure;
  return functions;
}

void PrintStored(const Session& session, const v1::Function& function) {
  const Screen& out = session.terminal().out;
  out.stream() << out.Paint(Style::kBold, function.id()) << "  revision " << function.revision() << "  "
               << function.language_id() << "\n";
}

ExitCode Store(const Session& session, const client::Client& client, const std::vector<FunctionFile>& files) {
  std::vector<v1::Function> stored;
  ExitCode code = ExitCode::kOk;
  for (const FunctionFile& file : files) {
    absl::StatusOr<v1::Function> function = client.Deploy(file.manifest);
    if (function.ok()) {
      if (!session.json()) PrintStored(session, *function);
      stored.push_back(*std::move(function));
      continue;
    }
    const ExitCode failure = session.Fail(WithPlaces(file, function.status()));
    if (code == ExitCode::kOk) code = failure;
    // Where no server answers now, none answers the next call.
    if (failure == ExitCode::kUnreachable) break;
  }
  if (session.json()) session.terminal().out.stream() << FunctionsToJson(stored) << "\n";
  return code;
}

}  // namespace

ExitCode Upload(const Session& session, const UploadArguments& arguments) {
  const absl::StatusOr<std::vector<std::string>> paths = ExpandFolders(session.files(), arguments.paths);
  if (!paths.ok()) return session.Fail(paths.status());
  const absl::StatusOr<std::vector<FunctionFile>> files = ReadAll(session, *paths);
  if (!files.ok()) return ExitCode::kUsage;
  const absl::StatusOr<client::Client> client = session.Connect();
  if (!client.ok()) return session.Fail(client.status());
  return Store(session, *client, *files);
}

}  // namespace mayfly::cli
