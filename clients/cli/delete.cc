#include "clients/cli/delete.h"

#include "clients/cli/json_output.h"

namespace mayfly::cli {

ExitCode Delete(const Session& session, const DeleteArguments& arguments) {
  const absl::StatusOr<client::Client> client = session.Connect();
  if (!client.ok()) return session.Fail(client.status());
  if (absl::Status status = client->Delete(arguments.id); !status.ok()) return session.Fail(status);
  const Screen& out = session.terminal().out;
  if (session.json()) {
    out.stream() << "{\"deleted\":" << QuoteJson(arguments.id) << "}\n";
  } else {
    out.stream() << "deleted " << arguments.id << "\n";
  }
  return ExitCode::kOk;
}

}  // namespace mayfly::cli
