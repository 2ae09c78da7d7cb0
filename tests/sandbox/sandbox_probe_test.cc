// What a hostile native guest tries is denied, in a worker that a real zygote has forked and the real lock has closed.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <unistd.h>

#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "dataplane/worker_process_fixture.h"
#include "runtime/channel/sandbox_parts.h"
#include "runtime/sandbox/sandbox.h"
#include "runtime/worker/sandbox_attempts.h"

namespace mayfly::dataplane {
namespace {

using runtime::Attempt;
using runtime::SandboxAttempts;
using runtime::SandboxLevel;

// A segment of System V shared memory that every process of the machine may attach.
class SharedSegment {
 public:
  SharedSegment() : id_(shmget(IPC_PRIVATE, 4096, 0666)) {}
  ~SharedSegment() { shmctl(id_, IPC_RMID, nullptr); }
  SharedSegment(const SharedSegment&) = delete;
  SharedSegment& operator=(const SharedSegment&) = delete;

  int id() const { return id_; }

 private:
  const int id_;
};

// A door on the loopback that every process of the machine may knock at.
class Listener {
 public:
  Listener() : socket_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = {};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof(address);
    bind(socket_.get(), reinterpret_cast<sockaddr*>(&address), length);
    listen(socket_.get(), 1);
    getsockname(socket_.get(), reinterpret_cast<sockaddr*>(&address), &length);
    port_ = ntohs(address.sin_port);
  }

  int port() const { return port_; }

 private:
  const UniqueFd socket_;
  int port_ = 0;
};

struct Setting {
  bool is_js;
  SandboxLevel level;
};

class SandboxProbeTest : public WorkerProcessFixture, public testing::WithParamInterface<Setting> {
 protected:
  void SetUp() override {
    const SandboxLevel here = LevelOf(runtime::ProbeSandbox());
    if (GetParam().level > here) GTEST_SKIP() << "this machine has " << SandboxLevelName(here);
    const std::string name = GetParam().is_js ? "sandbox_probe_js" : "sandbox_probe_python";
    MakeFactory({.js_binary = absl::StrCat(std::getenv("TEST_SRCDIR"), "/", std::getenv("TEST_WORKSPACE"),
                                           "/runtime/worker/", name),
                 .python_binary = "",
                 .sandbox = {.landlock = GetParam().level >= SandboxLevel::kLandlock,
                             .namespaces = GetParam().level >= SandboxLevel::kNamespaces}});
  }

  // The kernel's answer in a worker of its own: "EPERM", …; a signal's name; "done" if there was no denial.
  std::string Try(size_t attempt) {
    const std::unique_ptr<Worker> worker = StartLoaded();
    const std::string event =
        absl::StrCat("\"", attempt, " ", getpid(), " ", segment_.id(), " ", listener_.port(), "\"");
    const absl::StatusOr<RunReply> reply = Run(*worker, event).reply;
    if (reply.ok()) return std::string(absl::StripSuffix(absl::StripPrefix(reply->result, "\""), "\""));
    if (absl::StrContains(reply.status().message(), "SIGSYS")) return "SIGSYS";
    return std::string(reply.status().message());
  }

  const SharedSegment segment_;
  const Listener listener_;
};

TEST_P(SandboxProbeTest, EveryAttemptIsDenied) {
  size_t denied = 0;
  for (size_t i = 0; i < SandboxAttempts().size(); ++i) {
    const Attempt& attempt = SandboxAttempts()[i];
    const bool differs = GetParam().is_js && attempt.answer_to_js != nullptr;
    const std::string expected = differs ? attempt.answer_to_js : attempt.answer;
    if (expected.empty()) continue;
    EXPECT_EQ(Try(i), expected) << attempt.name;
    ++denied;
  }
  EXPECT_GE(denied, 140u);
}

INSTANTIATE_TEST_SUITE_P(
    Levels, SandboxProbeTest,
    testing::Values(Setting{true, SandboxLevel::kSeccomp}, Setting{true, SandboxLevel::kLandlock},
                    Setting{true, SandboxLevel::kNamespaces}, Setting{false, SandboxLevel::kSeccomp},
                    Setting{false, SandboxLevel::kLandlock}, Setting{false, SandboxLevel::kNamespaces}),
    [](const testing::TestParamInfo<Setting>& info) {
      return absl::StrCat(info.param.is_js ? "Js" : "Python", "_", SandboxLevelName(info.param.level));
    });

}  // namespace
}  // namespace mayfly::dataplane
