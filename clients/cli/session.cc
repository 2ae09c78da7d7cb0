#include "clients/cli/session.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/reason.h"
#include "clients/cli/token_file.h"

namespace mayfly::cli {
namespace {

// What the user can do about an error; empty when the message says it all.
std::string Advice(const absl::Status& status, const GlobalFlags& flags) {
  const std::string why = ErrorReason(status);
  if (why == reason::kPeerUnreachable && !flags.local) {
    return absl::StrCat("start a server with ./run serve, or add --local to work on the store in ", flags.data_dir,
                        " without one");
  }
  if (why == reason::kUnauthenticated) return "give the server's token with --token, --token-file or MAYFLY_TOKEN";
  return "";
}

}  // namespace

absl::StatusOr<client::Client> Session::Connect() const {
  return flags_.local ? MakeClient(backends_.OverStore(flags_.data_dir)) : ConnectOverGrpc();
}

absl::StatusOr<client::Client> Session::ConnectToRun() const {
  return flags_.server.empty() || flags_.local ? MakeClient(backends_.InMemory()) : ConnectOverGrpc();
}

ExitCode Session::Fail(const absl::Status& status) const {
  PrintError(terminal_.err, flags_.format, status);
  const std::string advice = Advice(status, flags_);
  if (!advice.empty() && !json())
    terminal_.err.stream() << terminal_.err.Paint(Style::kCyan, "next:") << " " << advice << "\n";
  return ExitCodeOf(status);
}

absl::StatusOr<client::Client> Session::ConnectOverGrpc() const {
  absl::StatusOr<std::string> token = Token();
  if (!token.ok()) return token.status();
  return MakeClient(backends_.OverGrpc(flags_.server.empty() ? kDefaultServer : flags_.server, *token));
}

absl::StatusOr<client::Client> Session::MakeClient(absl::StatusOr<std::unique_ptr<client::Backend>> backend) const {
  if (!backend.ok()) return backend.status();
  return client::Client(*std::move(backend), {.namespace_id = flags_.namespace_id, .timeout = flags_.timeout});
}

absl::StatusOr<std::string> Session::Token() const {
  if (!flags_.token.empty() || flags_.token_file.empty()) return flags_.token;
  absl::StatusOr<std::string> text = files_.Read(flags_.token_file, kTokenFileBytesMax);
  if (!text.ok())
    return MakeError(absl::StatusCode::kInvalidArgument, reason::kRequestInvalid, text.status().message());
  std::vector<std::string> tokens = ParseTokens(*text);
  if (!tokens.empty()) return tokens.front();
  return MakeError(absl::StatusCode::kInvalidArgument, reason::kRequestInvalid,
                   absl::StrCat(flags_.token_file, " holds no token"));
}

}  // namespace mayfly::cli
