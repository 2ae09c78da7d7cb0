#include "runtime/worker/zygote_arguments.h"

#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace mayfly::runtime {
namespace {

// False: the argument is none.
bool TakeSwitch(std::string_view argument, ZygoteOptions& options) {
  if (argument == "--verify-rewind") {
    options.verify_rewind = true;
  } else if (argument == "--without-landlock") {
    options.sandbox.landlock = false;
  } else if (argument == "--namespaces") {
    options.sandbox.namespaces = true;
  } else {
    return false;
  }
  return true;
}

}  // namespace

absl::StatusOr<ZygoteOptions> ParseZygoteArguments(Language language, std::span<const char* const> arguments) {
  ZygoteOptions options{.language = language};
  for (std::string_view argument : arguments) {
    if (TakeSwitch(argument, options)) continue;
    std::string_view way = argument;
    const bool rewinds = absl::ConsumePrefix(&way, "--rewind=");
    options.rewind = ParseRewindWay(way);
    if (!rewinds || !options.rewind.has_value()) {
      return absl::InvalidArgumentError(absl::StrCat("unknown argument: ", argument));
    }
  }
  return options;
}

}  // namespace mayfly::runtime
