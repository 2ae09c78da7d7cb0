#include "mayfly/serve_flags.h"

#include <CLI/CLI.hpp>
#include <functional>
#include <limits>
#include <map>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "clients/cli/choice.h"
#include "clients/cli/whole_number.h"

namespace mayfly {
namespace {

std::string EnvironmentName(const std::string& flag) {
  return absl::StrCat("MAYFLY_", absl::AsciiStrToUpper(absl::StrReplaceAll(flag.substr(2), {{"-", "_"}})));
}

template <typename T>
CLI::Option* Declare(CLI::App& command, const std::string& flag, T& value, const std::string& description) {
  return command.add_option(flag, value, description)->envname(EnvironmentName(flag));
}

// With its default in the help.
template <typename T>
CLI::Option* Add(CLI::App& command, const std::string& flag, T& value, const std::string& description) {
  return Declare(command, flag, value, description)->capture_default_str();
}

template <typename T>
void AddChoice(CLI::App& command, const std::string& flag, T& value, const std::map<std::string, T>& choices,
               const std::string& description) {
  Declare(command, flag, value, description)->transform(cli::Choice(choices));
}

// A number that is at least 1.
template <typename T>
void AddLimit(CLI::App& command, const std::string& flag, T& value, const std::string& description) {
  Add(command, flag, value, description)->check(cli::WholeNumber(1, std::numeric_limits<int>::max()));
}

template <typename Port>  // uint16_t, or an optional one
CLI::Option* AddPort(CLI::App& command, const std::string& flag, Port& port, const std::string& description) {
  return Declare(command, flag, port, description)->check(cli::WholeNumber(0, std::numeric_limits<uint16_t>::max()));
}

void AddDuration(CLI::App& command, const std::string& flag, absl::Duration& value, const std::string& description) {
  command
      .add_option_function<std::string>(
          flag,
          [flag, &value](const std::string& text) {
            if (!absl::ParseDuration(text, &value) || value <= absl::ZeroDuration() ||
                value == absl::InfiniteDuration()) {
              throw CLI::ValidationError(flag, absl::StrCat("'", text, "' is no duration: 500ms, 5s, 1m30s"));
            }
          },
          absl::StrCat(description, " (", absl::FormatDuration(value), ")"))
      ->envname(EnvironmentName(flag));
}

constexpr int64_t kMebibytesMax = int64_t{1} << 30;  // so that no sum of bytes overflows

void AddMebibytes(CLI::App& command, const std::string& flag, const std::function<void(int64_t)>& set,
                  int64_t default_mib, const std::string& description) {
  command.add_option_function<int64_t>(flag, set, absl::StrCat(description, ", in MiB (", default_mib, ")"))
      ->check(cli::WholeNumber(1, kMebibytesMax, "MiB"))
      ->envname(EnvironmentName(flag));
}

// In `unit`s of bytes; at most the default.
void AddSize(CLI::App& command, const std::string& flag, size_t& bytes, size_t unit, const std::string& description) {
  const size_t most = bytes / unit;
  const std::string name = unit == kMiB ? "MiB" : "KiB";
  command
      .add_option_function<size_t>(
          flag, [&bytes, unit](size_t units) { bytes = units * unit; },
          absl::StrCat(description, ", in ", name, " (", most, ")"))
      ->check(cli::WholeNumber(1, static_cast<int64_t>(most), name))
      ->envname(EnvironmentName(flag));
}

void DeclareDoors(CLI::App& command, ServeOptions& options) {
  AddPort(command, "--port", options.port, "HTTP's port; 0: any free one")->capture_default_str();
  AddPort(command, "--grpc-port", options.grpc_port, "gRPC's port; 0: any free one")->capture_default_str();
  Add(command, "--address", options.address,
      "The IP address of HTTP and gRPC; one that others reach needs --token-file");
  AddPort(command, "--metrics-port", options.metrics_port,
          "A port for /metrics and /health alone, without a token; 0: any free one (none)");
  Add(command, "--metrics-address", options.metrics_address, "The IP address of the metrics port");
  command.add_flag("--insecure-no-auth", options.is_open, "Serve others without a token")
      ->envname(EnvironmentName("--insecure-no-auth"));
  AddMebibytes(
      command, "--max-body", [&options](int64_t mib) { options.body_bytes_max = static_cast<size_t>(mib) * kMiB; },
      static_cast<int64_t>(options.body_bytes_max / kMiB), "The largest body");
  AddLimit(command, "--max-connections", options.connections_max, "HTTP connections at a time");
  AddDuration(command, "--drain-timeout", options.drain_time_max, "How long calls in flight may take after SIGTERM");
}

void DeclareRoles(CLI::App& command, ServeOptions& options) {
  AddChoice(command, "--role", options.role,
            {{"all", RoleName::kAll},
             {"control", RoleName::kControl},
             {"data", RoleName::kData},
             {"gateway", RoleName::kGateway}},
            "What this process serves (all)");
  Add(command, "--control-plane", options.control_plane, "The control plane's gRPC address, for the other roles");
  Add(command, "--data-plane", options.data_plane, "The data plane's gRPC address, for the other roles");
  AddLimit(command, "--max-functions", options.functions_max, "Stored functions");
}

void DeclareWorkers(CLI::App& command, ServeOptions& options) {
  dataplane::PoolLimits& pool = options.pool;
  Add(command, "--worker-dir", options.worker_dir, "Where the workers' binaries are; else beside this one");
  AddLimit(command, "--max-workers", pool.workers_max, "Worker processes");
  AddLimit(command, "--max-workers-per-function", pool.workers_per_function_max, "Worker processes of one function");
  AddMebibytes(
      command, "--max-worker-memory", [&pool](int64_t mib) { pool.memory_budget_bytes = mib << 20; },
      pool.memory_budget_bytes >> 20, "The memory caps of all workers together");
  AddLimit(command, "--max-queue", pool.queue_max, "Calls that wait for a worker");
  AddLimit(command, "--max-queue-per-function", pool.queue_per_function_max, "Calls that wait for one function's");
  AddLimit(command, "--worker-max-calls", pool.worker_calls_max,
           absl::StrCat("Calls after which a worker is retired (", kPreparedCallsMax, " under fresh, ",
                        kRewoundCallsMax, " under rewind)"));
  AddDuration(command, "--worker-max-age", pool.worker_age_max, "Age at which a worker is retired");
  AddDuration(command, "--load-timeout", pool.load_time_max, "How long a function may take to load");
  AddLimit(command, "--max-crashes", pool.crashes_max,
           "Crashes in a row after which a function is refused for a while");
  AddDuration(command, "--min-quarantine", pool.quarantine_time_min, "The first such while; each is twice the last");
  AddDuration(command, "--max-quarantine", pool.quarantine_time_max, "The longest such while");
  command
      .add_flag("--overcommit-memory", options.overcommits_memory,
                "Let --max-worker-memory be more than this process may use")
      ->envname(EnvironmentName("--overcommit-memory"));
  command.add_flag("--keep-crashed-worker", options.keep_crashed_worker, "Stop a worker that crashes, for a debugger")
      ->envname(EnvironmentName("--keep-crashed-worker"));
}

void DeclareCalls(CLI::App& command, ServeOptions& options) {
  dataplane::CallLimits& calls = options.call_limits;
  AddDuration(command, "--max-timeout", calls.timeout_max, "How long a call may take, whatever its manifest says");
  AddDuration(command, "--max-cpu-time", calls.cpu_time_max, "CPU time of a call");
  AddSize(command, "--max-event", calls.event_bytes_max, kMiB, "The largest event");
  AddSize(command, "--max-result", calls.result_bytes_max, kMiB, "The largest result");
  AddSize(command, "--max-logs", calls.log_bytes_max, kKiB, "Output of a call that its receipt keeps");
  AddSize(command, "--max-source", calls.source_bytes_max, kMiB, "A function's sources together");
}

}  // namespace

void DeclareServeFlags(CLI::App& command, ServeOptions& options) {
  DeclareDoors(command, options);
  DeclareRoles(command, options);
  DeclareWorkers(command, options);
  DeclareCalls(command, options);
}

}  // namespace mayfly
