#include "clients/cli/completion.h"

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace mayfly::cli {
namespace {

std::string Names(const std::vector<CommandWords>& commands) {
  return absl::StrJoin(commands, " ", [](std::string* out, const CommandWords& command) { out->append(command.name); });
}

// Text inside single quotes of bash, zsh and fish.
std::string Quoted(std::string_view text) { return absl::StrReplaceAll(text, {{"'", "’"}}); }

std::string BashScript(const std::vector<CommandWords>& commands) {
  std::string script = absl::StrCat(
      "# bash completion for mayfly: eval \"$(mayfly completion bash)\"\n"
      "_mayfly() {\n"
      "  local word=${COMP_WORDS[COMP_CWORD]} words=''\n"
      "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n"
      "    words='",
      Names(commands), "'\n  else\n    case ${COMP_WORDS[1]} in\n");
  for (const CommandWords& command : commands) {
    absl::StrAppend(&script, "      ", command.name, ") words='", absl::StrJoin(command.flags, " "), "' ;;\n");
  }
  absl::StrAppend(&script,
                  "    esac\n"
                  "  fi\n"
                  "  COMPREPLY=($(compgen -W \"$words\" -- \"$word\"))\n"
                  "}\n"
                  "complete -o default -F _mayfly mayfly\n");
  return script;
}

std::string ZshScript(const std::vector<CommandWords>& commands) {
  std::string script =
      "#compdef mayfly\n"
      "# zsh completion for mayfly: eval \"$(mayfly completion zsh)\"\n"
      "_mayfly() {\n"
      "  local -a commands=(\n";
  for (const CommandWords& command : commands) {
    absl::StrAppend(&script, "    '", command.name, ":", Quoted(command.description), "'\n");
  }
  absl::StrAppend(&script, "  )\n  if (( CURRENT == 2 )); then\n    _describe command commands\n    return\n  fi\n",
                  "  case ${words[2]} in\n");
  for (const CommandWords& command : commands) {
    absl::StrAppend(&script, "    ", command.name, ") compadd -- ", absl::StrJoin(command.flags, " "), " ;;\n");
  }
  absl::StrAppend(&script, "  esac\n  _files\n}\ncompdef _mayfly mayfly\n");
  return script;
}

std::string FishScript(const std::vector<CommandWords>& commands) {
  std::string script = "# fish completion for mayfly: mayfly completion fish | source\n";
  for (const CommandWords& command : commands) {
    absl::StrAppend(&script, "complete -c mayfly -n __fish_use_subcommand -a ", command.name, " -d '",
                    Quoted(command.description), "'\n");
    for (const std::string& flag : command.flags) {
      absl::StrAppend(&script, "complete -c mayfly -n '__fish_seen_subcommand_from ", command.name, "' ",
                      flag.starts_with("--") ? "-l " : "-s ", flag.substr(flag.find_first_not_of('-')), "\n");
    }
  }
  return script;
}

}  // namespace

std::string CompletionScript(Shell shell, const std::vector<CommandWords>& commands) {
  switch (shell) {
    case Shell::kBash:
      return BashScript(commands);
    case Shell::kZsh:
      return ZshScript(commands);
    case Shell::kFish:
      return FishScript(commands);
  }
  return "";
}

}  // namespace mayfly::cli
