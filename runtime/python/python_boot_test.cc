#include "runtime/python/python_boot.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <set>
#include <string>

#include "runtime/python/engine_test_util.h"

namespace mayfly::runtime {
namespace {

constexpr char kRandomSource[] = R"(
import os, random, secrets, ssl, uuid
at_load = random.random()
def handler(event):
    return [at_load, random.random(), secrets.token_hex(16), str(uuid.uuid4()), os.urandom(16).hex(), ssl.RAND_bytes(16).hex()]
)";

// What a forked worker answers to two calls.
std::string AnswerOfAFork(PythonBoot& boot) {
  int pipe_fds[2];
  EXPECT_EQ(pipe(pipe_fds), 0);
  const pid_t pid = fork();
  if (pid == 0) {
    boot.AfterForkInChild();
    TestFunction function(boot.MakeEngine(0), {.function_id = "f", .handler = "handler", .source = kRandomSource});
    const std::string answer = function.Result() + "\n" + function.Result() + "\n";
    _exit(write(pipe_fds[1], answer.data(), answer.size()) == static_cast<ssize_t>(answer.size()) ? 0 : 1);
  }
  close(pipe_fds[1]);
  std::string answer;
  char buffer[4096];
  for (ssize_t size = 0; (size = read(pipe_fds[0], buffer, sizeof(buffer))) > 0;) answer.append(buffer, size);
  close(pipe_fds[0]);
  int status = 0;
  EXPECT_EQ(waitpid(pid, &status, 0), pid);
  EXPECT_EQ(status, 0);
  return answer;
}

TEST(PythonBootTest, NoRandomNumberComesTwiceInAnyCallOfAnyWorker) {
  PythonBoot boot(TestProcess(), Isolation::kFresh);
  std::set<std::string> seen;
  for (int fork = 0; fork < 3; ++fork) {
    std::string value;
    for (const char c : AnswerOfAFork(boot)) {
      if (c != ',' && c != '[' && c != ']' && c != '\n') {
        value += c;
      } else if (!value.empty()) {
        EXPECT_TRUE(seen.insert(value).second) << value;
        value.clear();
      }
    }
  }
  EXPECT_EQ(seen.size(), 36u);  // six sources, two calls, three forks
}

}  // namespace
}  // namespace mayfly::runtime
