// A zygote whose workers are hostile: each call is one of the sandbox's attempts, and its result is the kernel's
// answer. The event names the attempt by its number, and what there is to reach: "NUMBER HOST MEMORY PORT".
#include <errno.h>
#include <string.h>

#include <array>
#include <memory>
#include <string>
#include <string_view>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "runtime/worker/sandbox_attempts.h"
#include "runtime/worker/zygote.h"

namespace mayfly::runtime {
namespace {

class HostileEngine final : public Engine {
 public:
  LoadReply Load(const LoadRequest&, LogBuffer&) override { return {}; }

  RunReply Run(const RunRequest& call, LogBuffer&) override {
    std::array<int, 4> numbers = {};
    const std::string_view event = absl::StripSuffix(absl::StripPrefix(call.event, "\""), "\"");
    size_t at = 0;
    for (const std::string_view text : absl::StrSplit(event, ' ')) {
      if (at == numbers.size() || !absl::SimpleAtoi(text, &numbers[at++])) return {.result = "\"a wrong event\""};
    }
    const Attempt& attempt = SandboxAttempts()[static_cast<size_t>(numbers[0])];
    const long result = attempt.act({.host = numbers[1], .shared_memory = numbers[2], .port = numbers[3]});
    return {.result = absl::StrCat("\"", result == -1 ? strerrorname_np(errno) : "done", "\"")};
  }

  bool Prepare() override { return true; }
  void BeforeCheckpoint() override {}
  void AfterCheckpoint() override {}
};

class HostileBoot final : public EngineBoot {
 public:
  std::unique_ptr<Engine> MakeEngine(int64_t) override { return std::make_unique<HostileEngine>(); }
};

}  // namespace
}  // namespace mayfly::runtime

// MAYFLY_PROBE_LANGUAGE says whose system calls the workers may make.
int main(int argc, char** argv) {
  using namespace mayfly::runtime;  // NOLINT(google-build-using-namespace): the file is this function
  return ZygoteMain(Language::MAYFLY_PROBE_LANGUAGE, argc, argv,
                    [](const ZygoteOptions&) { return std::make_unique<HostileBoot>(); });
}
