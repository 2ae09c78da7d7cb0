#include "clients/cli/get.h"

#include <string_view>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "clients/cli/json_output.h"
#include "clients/cli/timestamp_text.h"

namespace mayfly::cli {
namespace {

void PrintField(const Screen& out, std::string_view name, std::string_view value) {
  out.stream() << out.Paint(Style::kDim, absl::StrFormat("%-13s", name)) << value << "\n";
}

void PrintFunction(const Screen& out, const v1::Function& function) {
  PrintField(out, "name", function.name());
  PrintField(out, "revision", absl::StrCat(function.revision()));
  PrintField(out, "language", absl::StrCat(function.language_id(), function.js_eval_as_module() ? ", ES module" : ""));
  PrintField(out, "handler", function.function_name());
  PrintField(out, "dependencies",
             function.dependencies().empty() ? "none" : absl::StrJoin(function.dependencies(), ", "));
  PrintField(out, "timeout", absl::StrCat(function.timeout_millis(), " ms"));
  PrintField(out, "memory", absl::StrCat(function.memory_limit_mib(), " MiB"));
  PrintField(out, "created", TimestampText(function.create_time()));
  PrintField(out, "updated", TimestampText(function.update_time()));
  PrintField(out, "sha256", function.content_sha256());
  PrintField(out, "etag", function.etag());
}

// Ends with one newline, whatever the stored source ends with.
void PrintSource(const Screen& out, const std::string& source) {
  out.stream() << source << (source.ends_with('\n') ? "" : "\n");
}

}  // namespace

ExitCode Get(const Session& session, const GetArguments& arguments) {
  const absl::StatusOr<client::Client> client = session.Connect();
  if (!client.ok()) return session.Fail(client.status());
  const absl::StatusOr<v1::Function> function =
      client->Get(arguments.id, {.revision = arguments.revision, .view = arguments.source ? v1::FULL : v1::BASIC});
  if (!function.ok()) return session.Fail(function.status());
  const Screen& out = session.terminal().out;
  if (session.json()) {
    out.stream() << MessageToJson(*function) << "\n";
  } else if (arguments.source) {
    PrintSource(out, function->manifest().source());
  } else {
    PrintFunction(out, *function);
  }
  return ExitCode::kOk;
}

}  // namespace mayfly::cli
