// The command line: what was typed, to the command that does it.
#ifndef MAYFLY_CLIENTS_CLI_COMMAND_LINE_H_
#define MAYFLY_CLIENTS_CLI_COMMAND_LINE_H_

#include <functional>
#include <string>
#include <vector>

#include "clients/cli/backends.h"
#include "clients/cli/exit_code.h"
#include "clients/cli/files.h"
#include "clients/cli/session.h"
#include "clients/cli/terminal.h"

namespace CLI {
class App;
}

namespace mayfly::cli {

// A subcommand of the composition root's own.
struct ExtraCommand {
  std::string name;
  std::string description;
  std::function<void(CLI::App& command)> declare;  // its flags
  std::function<ExitCode(const Session& session)> run;
};

struct CommandLineOptions {
  const Terminal& terminal;
  const Files& files;
  const Files& examples;        // what the demo shows
  const Files& hostile_guests;  // what `doctor --isolation` tries
  Backends& backends;
  std::function<void(CLI::App& root)> declare_flags;  // global flags of the composition root's own; may be empty
  std::vector<ExtraCommand> extra_commands;
};

// Does what `arguments` (without the program's name) say; the demo if there are none. Global flags have environment
// variables (MAYFLY_SERVER, …), which count less.
ExitCode RunCommandLine(std::vector<std::string> arguments, const CommandLineOptions& options);

}  // namespace mayfly::cli

#endif  // MAYFLY_CLIENTS_CLI_COMMAND_LINE_H_
