#include "clients/cli/command_line.h"

#include <CLI/CLI.hpp>

#include <algorithm>
#include <limits>
#include <map>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/nearest.h"
#include "base/reason.h"
#include "clients/cli/choice.h"
#include "clients/cli/completion.h"
#include "clients/cli/delete.h"
#include "clients/cli/demo.h"
#include "clients/cli/doctor.h"
#include "clients/cli/get.h"
#include "clients/cli/invoke.h"
#include "clients/cli/list.h"
#include "clients/cli/run.h"
#include "clients/cli/upload.h"
#include "clients/cli/version.h"
#include "clients/cli/whole_number.h"

namespace mayfly::cli {
namespace {

// A duration as absl writes it ("500ms", "5s"), or a plain number of seconds.
bool ParseTimeout(const std::string& text, absl::Duration& timeout) {
  double seconds = 0;
  if (absl::SimpleAtod(text, &seconds)) timeout = absl::Seconds(seconds);
  return (absl::SimpleAtod(text, &seconds) || absl::ParseDuration(text, &timeout)) && timeout > absl::ZeroDuration();
}

// CLI11 splits "[a,b]" for options that take several values and reads "[[aabb]]" as an escape for "[ab]", for all of
// them. An event may be either, so what begins and ends with brackets is handed over escaped.
std::string EscapeBrackets(const std::string& argument) {
  if (argument.size() < 2 || argument.front() != '[' || argument.back() != ']') return argument;
  std::string escaped = "[[";
  for (const char c : std::string_view(argument).substr(1, argument.size() - 2)) escaped.append(2, c);
  return escaped + "]]";
}

class CommandLine {
 public:
  explicit CommandLine(const CommandLineOptions& options)
      : options_(options), session_(options.terminal, flags_, options.files, options.backends) {
    DeclareGlobalFlags();
    if (options.declare_flags) options.declare_flags(root_);
    for (const ExtraCommand& command : options.extra_commands) {
      command.declare(*Add(command.name, command.description, [&] { return command.run(session_); }));
    }
    DeclareCommands();
  }

  ExitCode Run(const std::vector<std::string>& arguments) {
    // CLI11 takes the arguments from the back. "--" ends a subcommand's own arguments for it; here nothing that may
    // follow one (an id, JSON, a negative number) is like a flag, so it is left out.
    std::vector<std::string> reversed;
    for (auto argument = arguments.rbegin(); argument != arguments.rend(); ++argument) {
      if (*argument != "--") reversed.push_back(EscapeBrackets(*argument));
    }
    try {
      root_.parse(std::move(reversed));
    } catch (const CLI::CallForHelp&) {
      return PrintHelp();
    } catch (const CLI::ParseError& error) {
      // Without this the usage error itself would not be JSON.
      if (std::count(arguments.begin(), arguments.end(), "--json") > 0) flags_.format = Format::kJson;
      return FailUsage(error.what());
    }
    if (!root_.remaining(true).empty()) return FailUsage("");
    return selected_ ? selected_() : Demo(session_, options_.examples);
  }

 private:
  using Action = std::function<ExitCode()>;

  CLI::App* Add(const std::string& name, const std::string& description, Action action) {
    CLI::App* command = root_.add_subcommand(name, description);
    command->fallthrough()->allow_extras();
    command->footer("Global flags: mayfly --help");
    command->callback([this, action = std::move(action)] { selected_ = action; });
    return command;
  }

  void DeclareGlobalFlags() {
    root_.allow_extras()->require_subcommand(0, 1);
    root_.footer("Without a command: the demo.");
    root_.add_flag_callback("--json", [this] { flags_.format = Format::kJson; }, "Print JSON, errors too");
    root_.add_option("--server", flags_.server, absl::StrCat("The server's gRPC address (", kDefaultServer, ")"))
        ->envname("MAYFLY_SERVER");
    root_.add_option("--token", flags_.token, "The server's bearer token")->envname("MAYFLY_TOKEN");
    root_.add_option("--token-file", flags_.token_file, "A file that holds it")->envname("MAYFLY_TOKEN_FILE");
    root_.add_option("--namespace", flags_.namespace_id, "The functions' namespace (default)")
        ->envname("MAYFLY_NAMESPACE");
    root_.add_flag("--local", flags_.local, "Work on the store in --data-dir, without a server");
    root_.add_option("--data-dir", flags_.data_dir, absl::StrCat("Where functions are stored (", kDefaultDataDir, ")"))
        ->envname("MAYFLY_DATA_DIR");
    root_.add_option_function<std::string>(
        "--timeout",
        [this](const std::string& text) {
          if (!ParseTimeout(text, flags_.timeout)) {
            throw CLI::ValidationError("--timeout", absl::StrCat("'", text, "' is no duration: 500ms, 5s, 1m30s"));
          }
        },
        "How long a call may take (500ms, 5s)");
  }

  void DeclareCommands() {
    CLI::App* upload =
        Add("upload", "Store functions: manifests, sources, folders", [this] { return Upload(session_, upload_); });
    upload->add_option("FILE", upload_.paths, "Manifests (.json, .jsonc), sources (.js, .mjs, .py), folders")
        ->required();
    Add("list", "List the stored functions", [this] { return List(session_); });
    DeclareGet();
    DeclareInvoke();
    CLI::App* run =
        Add("run", "Run a function from a file, without a server", [this] { return cli::Run(session_, run_); });
    run->add_option("FILE", run_.file, "A manifest or a source")->required();
    run->add_option("EVENT", run_.event, "The event: JSON, @file, or - for standard input");
    CLI::App* remove = Add("delete", "Delete a function", [this] { return Delete(session_, delete_); });
    remove->add_option("ID", delete_.id, "The function")->required();
    DeclareDoctor();
    Add("version", "Say which version this is", [this] { return Version(session_); });
    DeclareCompletion();
  }

  void DeclareGet() {
    CLI::App* get = Add("get", "Show a function", [this] { return Get(session_, get_); });
    get->add_option("ID", get_.id, "The function")->required();
    get->add_option("--revision", get_.revision, "A revision (the latest)")
        ->check(WholeNumber(1, std::numeric_limits<int32_t>::max()));
    get->add_flag("--source", get_.source, "Print its source; with --json, the whole manifest");
  }

  void DeclareInvoke() {
    CLI::App* invoke = Add("invoke", "Call a function", [this] { return Invoke(session_, invoke_); });
    invoke->add_option("ID", invoke_.id, "The function")->required();
    invoke->add_option("EVENT", invoke_.event, "The event: JSON, @file, or - for standard input");
    invoke->add_option("--revision", invoke_.revision, "A revision (the latest)")
        ->check(WholeNumber(1, std::numeric_limits<int32_t>::max()));
  }

  // Alone, its --isolation has the guests tried; with a value it is the flag of all commands.
  void DeclareDoctor() {
    CLI::App* doctor = Add("doctor", "Say what works on this machine, and whether calls are kept apart",
                           [this] { return Doctor(session_, options_.hostile_guests, doctor_); });
    doctor
        ->add_option_function<std::string>(
            "--isolation", [this](const std::string& strategy) { SetIsolation(strategy); },
            "Have hostile guests try to see what other calls have left, against the strategy in use; with a value, "
            "choose the strategy")
        ->expected(0, 1);
  }

  void SetIsolation(const std::string& strategy) {
    CLI::Option* choice = root_.get_option_no_throw("--isolation");
    if (strategy.empty()) {
      doctor_.tries_guests = true;
    } else if (choice == nullptr) {
      throw CLI::ValidationError("--isolation", "takes no value");
    } else {
      choice->clear();
      choice->add_result(strategy)->run_callback();
    }
  }

  void DeclareCompletion() {
    static const std::map<std::string, Shell> kShells = {
        {"bash", Shell::kBash}, {"zsh", Shell::kZsh}, {"fish", Shell::kFish}};
    CLI::App* completion = Add("completion", "Print a completion script for a shell", [this] {
      options_.terminal.out.stream() << CompletionScript(shell_, Words());
      return ExitCode::kOk;
    });
    completion->add_option("SHELL", shell_, "bash, zsh or fish")->required()->transform(Choice(kShells));
  }

  std::vector<CommandWords> Words() const {
    std::vector<CommandWords> words;
    for (const CLI::App* command : root_.get_subcommands({})) {
      words.push_back(
          {.name = command->get_name(), .description = command->get_description(), .flags = Flags(command)});
    }
    return words;
  }

  // Those of one command and the global ones.
  std::vector<std::string> Flags(const CLI::App* command) const {
    std::vector<std::string> flags;
    for (const CLI::App* app : {command, static_cast<const CLI::App*>(&root_)}) {
      if (app == nullptr) continue;
      for (const CLI::Option* option : app->get_options()) {
        for (const std::string& name : option->get_lnames()) flags.push_back(absl::StrCat("--", name));
      }
    }
    std::sort(flags.begin(), flags.end());
    flags.erase(std::unique(flags.begin(), flags.end()), flags.end());
    return flags;
  }

  const CLI::App* Command() const {
    const std::vector<CLI::App*> parsed = root_.get_subcommands();
    return parsed.empty() ? nullptr : parsed.front();
  }

  ExitCode PrintHelp() {
    const CLI::App* command = Command();
    options_.terminal.out.stream() << (command == nullptr ? root_.help() : command->help());
    return ExitCode::kOk;
  }

  // What could not be understood, if that is the fault: it explains more than what then seems to be missing.
  std::string UnknownWord() const {
    for (const std::string& word : root_.remaining(true)) {
      const std::string name = word.substr(0, word.find('='));
      if (word.starts_with("-")) return absl::StrCat("unknown flag ", name, DidYouMean(name, Flags(Command())));
      if (Command() != nullptr) return absl::StrCat("unexpected argument '", word, "'");
      std::vector<std::string> commands;
      for (const CLI::App* command : root_.get_subcommands({})) commands.push_back(command->get_name());
      return absl::StrCat("unknown command '", word, "'", DidYouMean(word, commands));
    }
    return "";
  }

  ExitCode FailUsage(const std::string& fault) {
    const std::string unknown = UnknownWord();
    const Screen& err = options_.terminal.err;
    PrintError(
        err, flags_.format,
        MakeError(absl::StatusCode::kInvalidArgument, reason::kRequestInvalid, unknown.empty() ? fault : unknown));
    if (!session_.json()) {
      err.stream() << err.Paint(Style::kCyan, "next:") << " mayfly "
                   << (Command() == nullptr ? "" : Command()->get_name() + " ") << "--help\n";
    }
    return ExitCode::kUsage;
  }

  const CommandLineOptions& options_;
  GlobalFlags flags_;
  Session session_;
  CLI::App root_{"Mayfly stores small JavaScript and Python functions and runs each call in a place of its own.",
                 "mayfly"};
  Action selected_;
  UploadArguments upload_;
  GetArguments get_;
  InvokeArguments invoke_;
  RunArguments run_;
  DeleteArguments delete_;
  DoctorArguments doctor_;
  Shell shell_ = Shell::kBash;
};

}  // namespace

ExitCode RunCommandLine(std::vector<std::string> arguments, const CommandLineOptions& options) {
  if (!arguments.empty() && arguments.front() == "help") arguments.front() = "--help";
  return CommandLine(options).Run(arguments);
}

}  // namespace mayfly::cli
