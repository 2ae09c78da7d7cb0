// `mayfly completion SHELL`: a script that completes commands and flags.
#ifndef MAYFLY_CLIENTS_CLI_COMPLETION_H_
#define MAYFLY_CLIENTS_CLI_COMPLETION_H_

#include <string>
#include <string_view>
#include <vector>

namespace mayfly::cli {

enum class Shell { kBash, kZsh, kFish };

// What can be typed after one subcommand.
struct CommandWords {
  std::string name;
  std::string description;         // one line, without quotes
  std::vector<std::string> flags;  // with their dashes; the global ones too
};

// A script for the shell to source. Arguments that are no flags complete as files.
std::string CompletionScript(Shell shell, const std::vector<CommandWords>& commands);

}  // namespace mayfly::cli

#endif  // MAYFLY_CLIENTS_CLI_COMPLETION_H_
