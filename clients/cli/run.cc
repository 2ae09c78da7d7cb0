#include "clients/cli/run.h"

#include "clients/cli/event_argument.h"
#include "clients/cli/function_files.h"
#include "clients/cli/invoke.h"

namespace mayfly::cli {

ExitCode Run(const Session& session, const RunArguments& arguments) {
  const absl::StatusOr<FunctionFile> function = ReadFunctionFile(session.files(), arguments.file);
  if (!function.ok()) return session.Fail(function.status());
  const absl::StatusOr<std::string> event = ReadEvent(arguments.event, session.files(), session.terminal().in);
  if (!event.ok()) return session.Fail(event.status());
  const absl::StatusOr<client::Client> client = session.ConnectToRun();
  if (!client.ok()) return session.Fail(client.status());
  const absl::StatusOr<client::Reply> reply = client->Run(function->manifest, *event);
  return reply.ok() ? PrintReply(session, reply) : session.Fail(WithPlaces(*function, reply.status()));
}

}  // namespace mayfly::cli
