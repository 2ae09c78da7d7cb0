#include "clients/cli/completion.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>

namespace mayfly::cli {
namespace {

using testing::HasSubstr;

const std::vector<CommandWords>& Commands() {
  static const auto* commands = new std::vector<CommandWords>{
      {.name = "list", .description = "What's stored", .flags = {"--json", "-h"}},
      {.name = "get", .description = "One function", .flags = {"--source"}},
  };
  return *commands;
}

TEST(CompletionTest, BashCompletesCommandsAndTheirFlags) {
  const std::string path = testing::TempDir() + "/completion.bash";
  std::ofstream(path) << CompletionScript(Shell::kBash, Commands())
                      << "check() { COMP_WORDS=(mayfly \"$@\"); COMP_CWORD=$#; _mayfly; echo \"${COMPREPLY[*]}\"; }\n"
                      << "[ \"$(check '')\" = 'list get' ] && [ \"$(check ge)\" = get ] && "
                      << "[ \"$(check list --)\" = --json ] && [ \"$(check get --s)\" = --source ]\n";
  EXPECT_EQ(std::system(("bash " + path).c_str()), 0);
}

TEST(CompletionTest, ZshAndFishNameCommandsAndFlags) {
  const std::string zsh = CompletionScript(Shell::kZsh, Commands());
  EXPECT_THAT(zsh, HasSubstr("    'list:What’s stored'\n"));
  EXPECT_THAT(zsh, HasSubstr("    get) compadd -- --source ;;\n"));
  const std::string fish = CompletionScript(Shell::kFish, Commands());
  EXPECT_THAT(fish, HasSubstr("complete -c mayfly -n __fish_use_subcommand -a get -d 'One function'\n"));
  EXPECT_THAT(fish, HasSubstr("complete -c mayfly -n '__fish_seen_subcommand_from list' -l json\n"));
  EXPECT_THAT(fish, HasSubstr("complete -c mayfly -n '__fish_seen_subcommand_from list' -s h\n"));
}

}  // namespace
}  // namespace mayfly::cli
