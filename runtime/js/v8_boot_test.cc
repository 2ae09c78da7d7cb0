#include "runtime/js/v8_boot.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/limits.h"
#include "runtime/channel/exit_codes.h"
#include "runtime/js/embedded_snapshot.h"
#include "runtime/sandbox/sandbox.h"

namespace mayfly::runtime::js {
namespace {

constexpr int64_t kMemoryLimitBytes = 64 * static_cast<int64_t>(kMiB);

// How a forked worker ended, and what it said before.
struct Ending {
  int status = 0;  // as waitpid has it
  std::string said;
};

// Two calls of a function, in the words of their results.
std::string Serve(Engine& engine, std::string source) {
  LogBuffer logs;
  const LoadReply loaded = engine.Load({.function_id = "my-func",
                                        .handler = "handler",
                                        .kind = SourceKind::kScript,
                                        .source = std::move(source),
                                        .dependencies = {},
                                        .memory_limit_bytes = kMemoryLimitBytes},
                                       logs);
  if (loaded.outcome != Outcome::kReturned) return loaded.error.stack;
  const RunReply first = engine.Run({.event = "{}", .invocation_id = "1"}, logs);
  if (!engine.Prepare()) return "did not prepare";
  const RunReply second = engine.Run({.event = "{}", .invocation_id = "2"}, logs);
  return absl::StrCat(first.result, first.error.message, " ", second.result, second.error.message);
}

class V8BootTest : public ::testing::Test {
 protected:
  // Forks a worker, locks it in as a real one is, and serves the function.
  Ending Fork(std::string source) {
    int pipe_fds[2];
    EXPECT_EQ(pipe(pipe_fds), 0);
    const pid_t pid = fork();
    if (pid == 0) RunWorker(pipe_fds[1], std::move(source));
    close(pipe_fds[1]);
    Ending ending;
    char bytes[4096];
    for (ssize_t size; (size = read(pipe_fds[0], bytes, sizeof(bytes))) > 0;) {
      ending.said.append(bytes, static_cast<size_t>(size));
    }
    close(pipe_fds[0]);
    EXPECT_EQ(waitpid(pid, &ending.status, 0), pid);
    return ending;
  }

 private:
  // V8 can be started once in a process.
  static V8Boot& Boot() {
    static V8Boot* const boot = new V8Boot(EmbeddedSnapshot());
    return *boot;
  }

  static const Sandbox& TheSandbox() {
    static const auto* const sandbox = new absl::StatusOr<Sandbox>(Sandbox::Create(PolicyOf(Language::kJs), {}));
    return sandbox->value();
  }

  [[noreturn]] static void RunWorker(int fd, std::string source) {
    Boot().AfterForkInChild();
    // As in a zygote; under the sandbox a write to a file is a signal.
    const int null_fd = open("/dev/null", O_RDWR);
    for (int stdio_fd : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) dup2(null_fd, stdio_fd);
    const std::unique_ptr<Engine> engine = Boot().MakeEngine(kMemoryLimitBytes);
    if (!TheSandbox().Lock({.memory_limit_bytes = kMemoryLimitBytes}).ok()) _exit(1);
    const std::string said = Serve(*engine, std::move(source));
    _exit(write(fd, said.data(), said.size()) == static_cast<ssize_t>(said.size()) ? 0 : 2);
  }
};

TEST_F(V8BootTest, AForkedWorkerServesUnderItsSandbox) {
  for (int i = 0; i < 3; ++i) {
    const Ending ending =
        Fork("let n = 0; async function handler() { await new Promise((done) => setTimeout(done, 1)); return ++n }");
    EXPECT_EQ(ending.status, 0);
    EXPECT_EQ(ending.said, "1 1");
  }
}

TEST_F(V8BootTest, WhatReadsFilesAtItsFirstUseHasBeenUsedBefore) {
  const Ending ending = Fork(
      "function handler() { const day = new Date(Date.UTC(2024, 5, 1)); return [String(day), "
      "day.toLocaleString('de-DE', { timeZone: 'America/New_York' }), (1234.5).toLocaleString('fr'), "
      "new Intl.DateTimeFormat('ja', { dateStyle: 'full', timeZone: 'Asia/Tokyo' }).format(day), "
      "'b'.localeCompare('a')].length }");
  EXPECT_EQ(ending.status, 0);
  EXPECT_EQ(ending.said, "5 5");
}

TEST_F(V8BootTest, TheWebGlobalsWorkUnderTheSandbox) {
  const Ending ending = Fork(
      "function handler() { console.log({ a: 1 }); return [new URL('http://a/b').host, crypto.randomUUID().length, "
      "structuredClone([1]), new TextDecoder('shift_jis').decode(new Uint8Array([0x82, 0xa0])), Math.random() < 1] }");
  EXPECT_EQ(ending.status, 0);
  EXPECT_EQ(ending.said, R"(["a",36,[1],"あ",true] ["a",36,[1],"あ",true])");
}

TEST_F(V8BootTest, OptimizedCodeRunsUnderTheSandbox) {
  const Ending ending = Fork(
      "function handler() { let sum = 0; for (let i = 0; i < 3e6; ++i) sum = (sum + i * 7) % 1000003; return sum > 0 "
      "}");
  EXPECT_EQ(ending.status, 0);
  EXPECT_EQ(ending.said, "true true");
}

TEST_F(V8BootTest, WebAssemblyRunsUnderTheSandbox) {
  const Ending ending = Fork(
      "async function handler() { const bytes = new "
      "Uint8Array([0,97,115,109,1,0,0,0,1,7,1,96,2,127,127,1,127,3,2,1,0,7,7,1,3,97,100,100,0,0,"
      "10,9,1,7,0,32,0,32,1,106,11]); return (await WebAssembly.instantiate(bytes)).instance.exports.add(2, 3) }");
  EXPECT_EQ(ending.status, 0);
  EXPECT_EQ(ending.said, "5 5");
}

TEST_F(V8BootTest, GrowthEndsInTheMemoryLimit) {
  const Ending heap = Fork("function handler() { const kept = []; for (;;) kept.push({ a: 1 }) }");
  EXPECT_EQ(heap.status, 0);
  EXPECT_EQ(heap.said,
            "the function reached its memory limit of 64 MiB the function reached its memory limit of 64 MiB");
  const Ending buffers = Fork("function handler() { const kept = []; for (;;) kept.push(new Uint8Array(1 << 20)) }");
  EXPECT_EQ(buffers.status, 0);
  EXPECT_EQ(buffers.said, "Array buffer allocation failed Array buffer allocation failed");
}

TEST_F(V8BootTest, WhatV8CannotSurviveEndsTheWorkerWithItsReason) {
  const Ending ending = Fork("function handler() { return new Array(1e8).fill(0).map((x) => ({ x })).length }");
  EXPECT_TRUE(WIFEXITED(ending.status));
  EXPECT_EQ(WEXITSTATUS(ending.status), kExitMemoryLimit) << ending.said;
}

TEST_F(V8BootTest, RandomnessDiffersBetweenForks) {
  const std::string source =
      "const early = Math.random(); function handler() { return [early, Math.random(), crypto.randomUUID()] }";
  EXPECT_NE(Fork(source).said, Fork(source).said);
}

}  // namespace
}  // namespace mayfly::runtime::js
