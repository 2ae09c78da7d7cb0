#include "clients/cli/invoke.h"

#include "clients/cli/event_argument.h"
#include "clients/cli/json_output.h"
#include "clients/cli/receipt_text.h"

namespace mayfly::cli {

ExitCode Invoke(const Session& session, const InvokeArguments& arguments) {
  const absl::StatusOr<std::string> event = ReadEvent(arguments.event, session.files(), session.terminal().in);
  if (!event.ok()) return session.Fail(event.status());
  const absl::StatusOr<client::Client> client = session.Connect();
  if (!client.ok()) return session.Fail(client.status());
  return PrintReply(session, client->Invoke(arguments.id, *event, arguments.revision));
}

ExitCode PrintReply(const Session& session, const absl::StatusOr<client::Reply>& reply) {
  if (!reply.ok()) return session.Fail(reply.status());
  const Screen& out = session.terminal().out;
  const Screen& err = session.terminal().err;
  if (session.json()) {
    out.stream() << ReplyToJson(*reply) << "\n";
    return ExitCode::kOk;
  }
  PrintLogs(err, reply->receipt);
  out.stream() << reply->result << "\n" << std::flush;
  err.stream() << err.Paint(Style::kDim, ReceiptLine(reply->receipt)) << "\n";
  return ExitCode::kOk;
}

}  // namespace mayfly::cli
