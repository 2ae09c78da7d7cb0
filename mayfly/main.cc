// The program `mayfly`: the composition root hands its parts to the command line.
#include <signal.h>
#include <stdlib.h>
#include <unistd.h>

#include <iostream>
#include <string>
#include <utility>
#include <vector>

#include "absl/log/globals.h"
#include "absl/log/initialize.h"
#include "absl/synchronization/mutex.h"
#include "clients/cli/command_line.h"
#include "clients/cli/hostile_guests/hostile_guests.h"
#include "examples/examples.h"
#include "mayfly/embedded_files.h"
#include "mayfly/isolation_flags.h"
#include "mayfly/program_backends.h"
#include "mayfly/serve.h"
#include "mayfly/serve_flags.h"

namespace mayfly {
namespace {

cli::Colour ColourOf(int descriptor) {
  const char* no_colour = getenv("NO_COLOR");
  const bool is_wanted = no_colour == nullptr || *no_colour == '\0';
  return is_wanted && isatty(descriptor) ? cli::Colour::kAlways : cli::Colour::kNever;
}

int Main(std::vector<std::string> arguments) {
  const cli::Terminal terminal{std::cin, cli::Screen(std::cout, ColourOf(STDOUT_FILENO)),
                               cli::Screen(std::cerr, ColourOf(STDERR_FILENO))};
  const cli::SystemFiles files;
  const EmbeddedFiles examples(examples::All());
  const EmbeddedFiles hostile_guests(hostile_guests::All());
  ServeOptions options;
  ProgramBackends backends(options.isolation);
  const dataplane::MachineResources machine = dataplane::ProbeMachine("");
  options.pool = dataplane::DefaultPoolLimits(machine);
  options.memory_bytes = machine.memory_bytes;
  const cli::ExitCode code = cli::RunCommandLine(
      std::move(arguments),
      {.terminal = terminal,
       .files = files,
       .examples = examples,
       .hostile_guests = hostile_guests,
       .backends = backends,
       .declare_flags = [&](CLI::App& root) { DeclareIsolationFlags(root, options.isolation); },
       .extra_commands = {{.name = "serve",
                           .description = "Serve over HTTP and gRPC",
                           .declare = [&](CLI::App& command) { DeclareServeFlags(command, options); },
                           .run = [&](const cli::Session& session) { return Serve(session, options); }}}});
  std::cout.flush();
  return static_cast<int>(code);
}

}  // namespace
}  // namespace mayfly

int main(int argc, char** argv) {
  signal(SIGPIPE, SIG_IGN);
  // gRPC tells of its troubles on stderr, where ours are told in other words.
  setenv("GRPC_VERBOSITY", "NONE", /*overwrite=*/0);
  absl::InitializeLog();
  // Debian's Abseil is a debug build to itself, and would enter each lock of each call into a graph.
  absl::SetMutexDeadlockDetectionMode(absl::OnDeadlockCycle::kIgnore);
  absl::SetStderrThreshold(absl::LogSeverityAtLeast::kError);
  return mayfly::Main(std::vector<std::string>(argv + 1, argv + argc));
}
