// A zygote with an engine that obeys, for tests of what surrounds an engine. The source says how the load ends, the
// event says what a call does: a JSON string that begins with a command of those below. Any other event is the result.
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cstdint>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/limits.h"
#include "runtime/channel/channel.h"
#include "runtime/channel/codec.h"
#include "runtime/worker/zygote.h"

namespace mayfly::runtime {
namespace {

constexpr int kChannelFd = 3;

int Number(std::string_view text) {
  int number = 0;
  return absl::SimpleAtoi(text, &number) ? number : 0;
}

void BurnCpu(int millis) {
  timespec now;
  do {
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  } while (now.tv_sec * 1000 + now.tv_nsec / 1'000'000 < millis);
}

// CPU time since the process began, so that BurnCpu can be told what to add.
int CpuMillis() {
  timespec now;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<int>(now.tv_sec * 1000 + now.tv_nsec / 1'000'000);
}

// Some 100 us of work. It asks the kernel for nothing, unlike BurnCpu, which so brings its CPU counter up to date.
void Spin() {
  for (volatile int i = 0; i < 200'000;) i = i + 1;
}

// Mapped by hand: an allocator may keep what is freed.
void TouchMemory(int mib) {
  const size_t bytes = static_cast<size_t>(mib) << 20;
  void* const memory = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return;
  memset(memory, 1, bytes);
  munmap(memory, bytes);
}

[[noreturn]] void Hang() {
  while (true) pause();
}

// Sends the header of the reply before, which was "1", as if it were the answer to this call: all is right but the
// ticket, which it can't know.
void PlantReply(const RunRequest& call) {
  const RunReply before = {.logs = {.entries = {{.text = call.invocation_id}}}};
  const MessageHeader planted = {
      .type = MessageType::kRan,
      .fields_bytes = static_cast<uint32_t>(EncodeRunReply(before).size()),
      .text_bytes = 1,
      .ticket = 42,
  };
  send(kChannelFd, &planted, sizeof(planted), 0);
}

void SendGarbage() { send(kChannelFd, "garbage", 7, 0); }

// The channel's memory, found before the sandbox is locked.
std::string_view FindChannelMemory() {
  std::ifstream maps("/proc/self/maps");
  for (std::string line; std::getline(maps, line);) {
    uintptr_t begin = 0;
    uintptr_t end = 0;
    if (!absl::StrContains(line, "mayfly-channel")) continue;
    if (sscanf(line.c_str(), "%lx-%lx", &begin, &end) == 2) return {reinterpret_cast<const char*>(begin), end - begin};
  }
  return {};
}

// Whether a text, given backwards so that it does not itself stand in the memory, is at the front of what either side
// has sent.
bool IsInChannel(std::string_view memory, std::string_view backwards) {
  constexpr size_t kFront = 64 * kKiB;
  const std::string text(backwards.rbegin(), backwards.rend());
  return absl::StrContains(memory.substr(0, kFront), text) ||
         absl::StrContains(memory.substr(kChannelRequestBytesMax, kFront), text);
}

std::string OpenFds() {
  std::vector<int> fds;
  for (int fd = 0; fd < 64; ++fd) {
    if (fcntl(fd, F_GETFD) >= 0) fds.push_back(fd);
  }
  return absl::StrCat("[", absl::StrJoin(fds, ","), "]");
}

std::string Environment() {
  std::vector<std::string> entries;
  for (char** entry = environ; *entry != nullptr; ++entry) entries.push_back(absl::StrCat("\"", *entry, "\""));
  return absl::StrCat("[", absl::StrJoin(entries, ","), "]");
}

class ObedientEngine final : public Engine {
 public:
  LoadReply Load(const LoadRequest& function, LogBuffer& logs) override {
    if (function.source == "hang") Hang();
    if (function.source == "abort") abort();
    if (function.source == "unprepared") prepares_ = false;
    if (function.source == "uncheckpointed") checkpoints_ = false;
    logs.Append(LogLevel::kInfo, "loaded");
    if (function.source != "invalid") return {};
    return {.outcome = Outcome::kSourceInvalid, .error = {.type = "SyntaxError", .message = "no"}};
  }

  RunReply Run(const RunRequest& call, LogBuffer& logs) override {
    logs.Append(LogLevel::kInfo, call.invocation_id);
    std::string_view event = call.event;
    if (!absl::ConsumePrefix(&event, "\"") || !absl::ConsumeSuffix(&event, "\"")) return {.result = call.event};
    const std::pair<std::string_view, std::string_view> parts = absl::StrSplit(event, absl::MaxSplits(' ', 1));
    return Obey(parts.first, parts.second, call);
  }

  bool Prepare() override { return prepares_; }
  void BeforeCheckpoint() override {}
  void AfterCheckpoint() override {
    if (!checkpoints_) abort();
  }

 private:
  RunReply Obey(std::string_view command, std::string_view rest, const RunRequest& call) {
    if (command == "exit") _exit(Number(rest));
    if (command == "abort") abort();
    if (command == "hang") Hang();
    // The sandbox refuses close(): a guest can end the channel only so.
    if (command == "close") shutdown(kChannelFd, SHUT_RDWR);
    if (command == "close") Hang();
    if (command == "garbage") SendGarbage();
    if (command == "plant") PlantReply(call);
    if (command == "plant") Hang();
    if (command == "busy") BurnCpu(CpuMillis() + Number(rest));
    if (command == "spin") Spin();
    if (command == "busy-exit") BurnCpu(CpuMillis() + Number(rest));
    if (command == "busy-exit") _exit(1);
    if (command == "alloc") TouchMemory(Number(rest));
    if (command == "stderr") dprintf(STDERR_FILENO, "%s\n", std::string(rest).c_str());
    if (command == "throw")
      return {.outcome = Outcome::kThrew, .error = {.type = "Error", .message = std::string(rest)}};
    if (command == "lie") return {.result = "{"};
    if (command == "deep") return {.result = std::string(1001, '[') + std::string(1001, ']')};
    if (command == "large") return {.result = absl::StrCat("\"", std::string(Number(rest), 'x'), "\"")};
    if (command == "fds") return {.result = OpenFds()};
    if (command == "environment") return {.result = Environment()};
    if (command == "open") return {.result = absl::StrCat(open(std::string(rest).c_str(), O_RDONLY) < 0 ? errno : 0)};
    if (command == "remains") return {.result = IsInChannel(channel_memory_, rest) ? "true" : "false"};
    if (command == "count") return {.result = absl::StrCat(++count_)};
    if (command == "parent") return {.result = absl::StrCat(getppid())};
    return {.result = call.event};
  }

  bool prepares_ = true;
  bool checkpoints_ = true;
  int count_ = 0;  // of "count" since the load, unless a rewind takes it back
  const std::string_view channel_memory_ = FindChannelMemory();
};

class ObedientBoot final : public EngineBoot {
 public:
  std::unique_ptr<Engine> MakeEngine(int64_t memory_limit_bytes) override { return std::make_unique<ObedientEngine>(); }
};

}  // namespace
}  // namespace mayfly::runtime

int main(int argc, char** argv) {
  using namespace mayfly::runtime;  // NOLINT(google-build-using-namespace): the file is this function
  return ZygoteMain(Language::kPython, argc, argv,
                    [](const ZygoteOptions&) { return std::make_unique<ObedientBoot>(); });
}
