#include "clients/cli/list.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/str_format.h"
#include "clients/cli/json_output.h"
#include "clients/cli/timestamp_text.h"

namespace mayfly::cli {
namespace {

void PrintTable(const Screen& out, const std::vector<v1::Function>& functions) {
  size_t width = 2;
  for (const v1::Function& function : functions) width = std::max(width, function.id().size());
  const int id_width = static_cast<int>(width);
  out.stream() << out.Paint(Style::kDim, absl::StrFormat("%-*s  %-8s  %8s  %-20s  %s", id_width, "ID", "LANGUAGE",
                                                         "REVISION", "UPDATED", "HANDLER"))
               << "\n";
  for (const v1::Function& function : functions) {
    out.stream() << absl::StrFormat("%-*s  %-8s  %8d  %-20s  %s\n", id_width, function.id(), function.language_id(),
                                    function.revision(), TimestampText(function.update_time()),
                                    function.function_name());
  }
}

}  // namespace

ExitCode List(const Session& session) {
  const absl::StatusOr<client::Client> client = session.Connect();
  if (!client.ok()) return session.Fail(client.status());
  const absl::StatusOr<std::vector<v1::Function>> functions = client->List();
  if (!functions.ok()) return session.Fail(functions.status());
  if (session.json()) {
    session.terminal().out.stream() << FunctionsToJson(*functions) << "\n";
  } else if (functions->empty()) {
    session.terminal().err.stream() << "no functions yet; store one: mayfly upload FILE\n";
  } else {
    PrintTable(session.terminal().out, *functions);
  }
  return ExitCode::kOk;
}

}  // namespace mayfly::cli
