#include "mayfly/serve.h"

#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/log/globals.h"
#include "absl/log/log.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/authenticator.h"
#include "base/error.h"
#include "base/reason.h"
#include "clients/cli/json_output.h"
#include "clients/cli/token_file.h"
#include "gateway/status_pages.h"
#include "mayfly/choose_isolation.h"
#include "mayfly/choose_sandbox.h"
#include "mayfly/role.h"
#include "mayfly/server.h"
#include "mayfly/stop_signals.h"
#include "mayfly/worker_binaries.h"
#include "mayfly/worker_containment.h"

namespace mayfly {
namespace {

using cli::ExitCode;

// --token-file's tokens, and --token's.
absl::StatusOr<std::vector<std::string>> ReadTokens(const cli::Session& session) {
  std::vector<std::string> tokens;
  if (!session.flags().token.empty()) tokens.push_back(session.flags().token);
  if (session.flags().token_file.empty()) return tokens;
  const absl::StatusOr<std::string> text = session.files().Read(session.flags().token_file, kTokenFileBytesMax);
  if (!text.ok()) {
    return MakeError(absl::StatusCode::kInvalidArgument, reason::kRequestInvalid, text.status().message());
  }
  for (std::string& token : cli::ParseTokens(*text)) tokens.push_back(std::move(token));
  if (!tokens.empty()) return tokens;
  return MakeError(absl::StatusCode::kInvalidArgument, reason::kRequestInvalid,
                   absl::StrCat(session.flags().token_file, " holds no token"));
}

bool RunsWorkers(RoleName role) { return role == RoleName::kAll || role == RoleName::kData; }

// `sandbox` is what --sandbox and --min-sandbox have led to.
absl::StatusOr<PlanesOptions> MakePlanesOptions(const ServeOptions& options, const SandboxChoice& sandbox) {
  PlanesOptions planes{.data_dir = options.data_dir,
                       .functions_max = options.functions_max,
                       .source_bytes_max = options.call_limits.source_bytes_max,
                       .data_plane = {}};
  planes.data_plane.limits = options.pool;
  planes.data_plane.call_limits = options.call_limits;
  if (!RunsWorkers(options.role)) return planes;
  absl::StatusOr<dataplane::Isolation> isolation = ChooseIsolation(options.isolation);
  if (!isolation.ok()) return isolation.status();
  planes.data_plane.isolation = *std::move(isolation);
  const absl::StatusOr<WorkerBinaries> binaries = FindWorkerBinaries(options.worker_dir, OwnExecutable());
  if (!binaries.ok()) return binaries.status();
  planes.data_plane.workers = {.js_binary = binaries->js,
                               .python_binary = binaries->python,
                               .sandbox = sandbox.parts,
                               .cgroups = sandbox.cgroups,
                               .keep_crashed = options.keep_crashed_worker};
  return planes;
}

// A role without workers has none to lock in.
absl::StatusOr<SandboxChoice> ChooseServersSandbox(const ServeOptions& options) {
  if (!RunsWorkers(options.role)) return SandboxChoice{};
  SandboxOptions sandbox = options.isolation.sandbox;
  sandbox.debug = options.keep_crashed_worker;
  return PrepareSandbox(sandbox, dataplane::WorkerCgroups::Move::kAllowed);
}

absl::StatusOr<std::unique_ptr<Role>> MakeRole(const ServeOptions& options, const PlanesOptions& planes) {
  const std::string token = options.tokens.empty() ? "" : options.tokens.front();
  const Peer control_plane{.address = options.control_plane, .token = token};
  const Peer data_plane{.address = options.data_plane, .token = token};
  switch (options.role) {
    case RoleName::kAll:
      return MakeAllRole(planes);
    case RoleName::kControl:
      return MakeControlRole(planes, data_plane);
    case RoleName::kData:
      return MakeDataRole(planes, control_plane);
    case RoleName::kGateway:
      return MakeGatewayRole(planes, control_plane, data_plane);
  }
  return absl::InternalError("no such role");
}

std::unique_ptr<Authenticator> MakeAuthenticator(const ServeOptions& options) {
  if (options.tokens.empty()) return std::make_unique<OpenAuthenticator>();
  return std::make_unique<TokenAuthenticator>(options.tokens);
}

std::string Url(std::string_view scheme, std::string_view address, uint16_t port) {
  const bool is_v6 = absl::StrContains(address, ':');
  return absl::StrCat(scheme, "://", is_v6 ? "[" : "", address, is_v6 ? "]" : "", ":", port);
}

std::string MetricsUrl(const ServeOptions& options, const Server& server) {
  return absl::StrCat(Url("http", options.metrics_address, *server.metrics_port()), gateway::kMetricsPath);
}

std::string WorkersLine(const ServeOptions& options) {
  return absl::StrCat("at most ", options.pool.workers_max, " workers, ", options.pool.memory_budget_bytes >> 20,
                      " MiB together");
}

void SayReady(const cli::Session& session, const ServeOptions& options, const WorkerContainment& containment,
              const Server& server) {
  const cli::Screen& err = session.terminal().err;
  std::ostream& out = err.stream();
  out << err.Paint(cli::Style::kBold, "mayfly serves") << "\n";
  if (RunsWorkers(options.role)) {
    out << "  workers  " << WorkersLine(options) << "\n";
    out << "  calls    " << DescribeIsolation(containment.isolation) << "\n";
    out << "  sandbox  " << DescribeSandbox(containment.sandbox) << "\n";
  }
  if (options.role == RoleName::kAll || options.role == RoleName::kControl)
    out << "  store    " << options.data_dir << "\n";
  out << "  callers  " << (options.tokens.empty() ? "anyone who reaches the address" : "those with a token") << "\n";
  if (server.grpc_port()) out << "  gRPC     " << Url("grpc", options.address, *server.grpc_port()) << "\n";
  if (server.http_port()) out << "  HTTP     " << Url("http", options.address, *server.http_port()) << "\n";
  if (server.metrics_port()) out << "  metrics  " << MetricsUrl(options, server) << "\n";
  out << "Ctrl-C stops it." << std::endl;
}

std::string ToJson(const dataplane::Isolation& isolation) {
  const bool rewinds = isolation.rewind.has_value();
  return absl::StrCat("{\"strategy\":", rewinds ? "\"rewind\"" : "\"fresh\"",
                      ",\"way\":", rewinds ? cli::QuoteJson(runtime::RewindWayName(*isolation.rewind)) : "null",
                      ",\"reason\":", cli::QuoteJson(isolation.reason), "}");
}

std::string ToJson(const std::vector<std::string>& texts) {
  return absl::StrCat(
      "[",
      absl::StrJoin(texts, ",",
                    [](std::string* out, const std::string& text) { absl::StrAppend(out, cli::QuoteJson(text)); }),
      "]");
}

std::string ToJson(const SandboxChoice& sandbox) {
  return absl::StrCat("{\"level\":", cli::QuoteJson(runtime::SandboxLevelName(sandbox.level)),
                      ",\"used\":", ToJson(sandbox.used), ",\"missing\":", ToJson(sandbox.missing), "}");
}

void SayReadyAsJson(const cli::Session& session, const ServeOptions& options, const WorkerContainment& containment,
                    const Server& server) {
  std::ostream& out = session.terminal().out.stream();
  out << "{\"http\":"
      << (server.http_port() ? absl::StrCat("\"", Url("http", options.address, *server.http_port()), "\"") : "null")
      << ",\"grpc\":"
      << (server.grpc_port() ? absl::StrCat("\"", Url("grpc", options.address, *server.grpc_port()), "\"") : "null")
      << ",\"metrics\":" << (server.metrics_port() ? cli::QuoteJson(MetricsUrl(options, server)) : "null")
      << ",\"isolation\":" << (RunsWorkers(options.role) ? ToJson(containment.isolation) : "null")
      << ",\"sandbox\":" << (RunsWorkers(options.role) ? ToJson(containment.sandbox) : "null") << "}" << std::endl;
}

absl::Status ServeUntilStopped(const cli::Session& session, const ServeOptions& options) {
  StopSignals signals;
  const std::unique_ptr<Authenticator> authenticator = MakeAuthenticator(options);
  const SystemClock clock;
  const absl::StatusOr<SandboxChoice> sandbox = ChooseServersSandbox(options);
  if (!sandbox.ok()) return sandbox.status();
  const absl::StatusOr<PlanesOptions> planes = MakePlanesOptions(options, *sandbox);
  if (!planes.ok()) return planes.status();
  const WorkerContainment containment = {.isolation = planes->data_plane.isolation, .sandbox = *sandbox};
  if (RunsWorkers(options.role)) {
    LOG(INFO) << "calls are kept apart by " << DescribeIsolation(containment.isolation);
    LOG(INFO) << "workers are locked in by " << DescribeSandbox(containment.sandbox);
    LOG_IF(WARNING, options.pool.memory_budget_bytes < kMemoryLimitMibDefault * static_cast<int64_t>(kMiB))
        << "all workers together may have " << (options.pool.memory_budget_bytes >> 20)
        << " MiB, less than the default memoryLimitMib: such functions are refused (--max-worker-memory)";
  }
  absl::StatusOr<std::unique_ptr<Role>> role = MakeRole(options, *planes);
  if (!role.ok()) return role.status();
  absl::StatusOr<std::unique_ptr<Server>> server =
      Server::Open(options, *std::move(role), *authenticator, clock,
                   RunsWorkers(options.role) ? std::optional(containment) : std::nullopt);
  if (!server.ok()) return server.status();
  if (session.json()) {
    SayReadyAsJson(session, options, containment, **server);
  } else {
    SayReady(session, options, containment, **server);
  }
  signals.Await();
  if (!session.json()) session.terminal().err.stream() << "stopping: calls in flight may finish" << std::endl;
  (*server)->Drain(options.drain_time_max);
  return absl::OkStatus();
}

}  // namespace

ExitCode Serve(const cli::Session& session, ServeOptions options) {
  absl::SetStderrThreshold(absl::LogSeverityAtLeast::kInfo);
  absl::StatusOr<std::vector<std::string>> tokens = ReadTokens(session);
  if (!tokens.ok()) return session.Fail(tokens.status());
  options.tokens = *std::move(tokens);
  options.data_dir = session.flags().data_dir;
  if (absl::Status status = ValidateServeOptions(options); !status.ok()) return session.Fail(status);
  if (absl::Status status = ServeUntilStopped(session, options); !status.ok()) {
    session.Fail(status);
    // Whatever kept it from starting, the flags or the machine must change.
    return ExitCode::kUsage;
  }
  return ExitCode::kOk;
}

}  // namespace mayfly
