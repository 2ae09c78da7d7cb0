#include "runtime/worker/zygote_arguments.h"

#include <string_view>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace mayfly::runtime {

absl::StatusOr<ZygoteOptions> ParseZygoteArguments(Language language, std::span<const char* const> arguments) {
  ZygoteOptions options{.language = language};
  for (std::string_view argument : arguments) {
    if (argument == "--verify-rewind") {
      options.verify_rewind = true;
      continue;
    }
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
