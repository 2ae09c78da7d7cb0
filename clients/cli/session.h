// What every command has at hand: the terminal, the global flags, and the functions behind them.
#ifndef MAYFLY_CLIENTS_CLI_SESSION_H_
#define MAYFLY_CLIENTS_CLI_SESSION_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "clients/cli/backends.h"
#include "clients/cli/error_report.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/files.h"
#include "clients/cli/terminal.h"
#include "clients/cpp/client.h"

namespace mayfly::cli {

inline constexpr char kDefaultServer[] = "127.0.0.1:50051";
inline constexpr char kDefaultDataDir[] = ".mayfly";

struct GlobalFlags {
  Format format = Format::kText;
  std::string server;  // empty: kDefaultServer
  std::string token;
  std::string token_file;  // its first line that holds a token
  std::string namespace_id = "default";
  bool local = false;  // both planes in this process, on the store in `data_dir`
  std::string data_dir = kDefaultDataDir;
  absl::Duration timeout = absl::InfiniteDuration();
};

// Lives as long as one command. Used by one thread.
class Session {
 public:
  // All outlive the session.
  Session(const Terminal& terminal, const GlobalFlags& flags, const Files& files, Backends& backends)
      : terminal_(terminal), flags_(flags), files_(files), backends_(backends) {}

  const Terminal& terminal() const { return terminal_; }
  const GlobalFlags& flags() const { return flags_; }
  const Files& files() const { return files_; }
  Backends& backends() const { return backends_; }
  bool json() const { return flags_.format == Format::kJson; }

  // The stored functions: over gRPC, or, with --local, on the store. Errors: the store's; INVALID_ARGUMENT for a token
  // file that is none.
  absl::StatusOr<client::Client> Connect() const;

  // A place to run functions that are not stored: a server if one was named, else this process.
  absl::StatusOr<client::Client> ConnectToRun() const;

  // Prints an error and what to do next; returns its exit code.
  ExitCode Fail(const absl::Status& status) const;

 private:
  absl::StatusOr<client::Client> MakeClient(absl::StatusOr<std::unique_ptr<client::Backend>> backend) const;
  absl::StatusOr<std::string> Token() const;
  absl::StatusOr<client::Client> ConnectOverGrpc() const;

  const Terminal& terminal_;
  const GlobalFlags& flags_;
  const Files& files_;
  Backends& backends_;
};

}  // namespace mayfly::cli

#endif  // MAYFLY_CLIENTS_CLI_SESSION_H_
