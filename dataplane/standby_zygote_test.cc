#include "dataplane/standby_zygote.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <signal.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <future>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/unique_fd.h"
#include "dataplane/worker_process_fixture.h"

namespace mayfly::dataplane {
namespace {

using ::testing::_;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Pair;

std::string ReadFile(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path).rdbuf();  // less, and no exception, if the process ends meanwhile
  return text.str();
}

// The lines of /proc/PID/status that begin with `name`.
std::string Status(pid_t pid, std::string_view name) {
  std::string found;
  for (const std::string_view line : absl::StrSplit(ReadFile(absl::StrCat("/proc/", pid, "/status")), '\n')) {
    if (absl::StartsWith(line, name)) absl::StrAppend(&found, line, "\n");
  }
  return found;
}

// Our children, dead ones that are not reaped too.
std::set<pid_t> Children() {
  std::set<pid_t> children;
  for (const auto& entry : std::filesystem::directory_iterator("/proc")) {
    pid_t pid;
    if (!absl::SimpleAtoi(entry.path().filename().string(), &pid)) continue;
    if (Status(pid, "PPid:") == absl::StrCat("PPid:\t", getpid(), "\n")) children.insert(pid);
  }
  return children;
}

// What a process has open, by number.
std::map<int, std::string> Files(pid_t pid) {
  std::map<int, std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(absl::StrCat("/proc/", pid, "/fd"))) {
    int fd = -1;
    EXPECT_TRUE(absl::SimpleAtoi(entry.path().filename().string(), &fd));
    std::error_code closed;
    const std::string target = std::filesystem::read_symlink(entry.path(), closed).string();
    if (!closed) files[fd] = target;
  }
  return files;
}

bool Waits(pid_t pid) { return Status(pid, "State:") == "State:\tS (sleeping)\n"; }

void Await(const std::function<bool()>& is_so) {
  while (!is_so()) sched_yield();
}

class StandbyZygoteTest : public WorkerProcessFixture {
 protected:
  // The copies of a zygote: our children of its process group.
  static std::set<pid_t> CopiesOf(pid_t zygote) {
    std::set<pid_t> copies = Children();
    std::erase_if(copies, [&](pid_t pid) { return pid == zygote || getpgid(pid) != getpgid(zygote); });
    return copies;
  }

  // Waits for the one that is there in the end, and until both have said so and wait for what to do.
  static pid_t StandbyOf(pid_t zygote, pid_t not_this = 0) {
    pid_t standby = 0;
    Await([&] {
      const std::set<pid_t> copies = CopiesOf(zygote);
      if (copies.size() != 1 || *copies.begin() == not_this) return false;
      standby = *copies.begin();
      return Waits(standby) && Waits(zygote);
    });
    return standby;
  }
};

TEST_F(StandbyZygoteTest, TheStandbyGoesOnWhenItsZygoteIsKilled) {
  const std::unique_ptr<Worker> worker = StartLoaded();
  const pid_t zygote = ZygoteOf(*worker);
  const pid_t standby = StandbyOf(zygote);
  const UniqueFd pidfd = OpenPidfd(worker->pid());
  std::future<Measured<RunReply>> run = BeginEndlessRun(*worker);
  kill(zygote, SIGKILL);
  EXPECT_EQ(ErrorReason(run.get().reply.status()), "WORKER_CRASHED");
  WaitForEnd(pidfd);  // it dies with its zygote, and not with the copy

  const std::unique_ptr<Worker> next = StartLoaded();
  EXPECT_EQ(ZygoteOf(*next), standby);
  EXPECT_EQ(Run(*next, "1").reply.value().result, "1");
  EXPECT_EQ(Children().count(zygote), 0u);
}

TEST_F(StandbyZygoteTest, AForkAskedOfADyingZygoteIsDoneByItsStandby) {
  const std::unique_ptr<Worker> worker = StartLoaded();
  const pid_t zygote = ZygoteOf(*worker);
  const pid_t standby = StandbyOf(zygote);
  kill(zygote, SIGSTOP);
  std::vector<std::future<pid_t>> started;
  std::vector<std::unique_ptr<Worker>> workers(5);
  for (std::unique_ptr<Worker>& place : workers) {
    std::promise<pid_t> promise;
    started.push_back(promise.get_future());
    factory_->Start(Language::kJs, kMemoryLimitBytes, {}, [&place, promise = std::move(promise)](auto next) mutable {
      if (next.ok()) place = *std::move(next);
      promise.set_value(place == nullptr ? 0 : place->pid());
    });
  }
  kill(zygote, SIGKILL);
  for (std::future<pid_t>& pid : started) {
    EXPECT_THAT(Status(pid.get(), "PPid:"), HasSubstr(absl::StrCat("\t", standby, "\n")));
  }
}

TEST_F(StandbyZygoteTest, ItIsTheHostsChildAndHoldsNothingOfItsZygotes) {
  const std::unique_ptr<Worker> first = StartLoaded();
  const pid_t zygote = ZygoteOf(*first);
  const pid_t standby = StandbyOf(zygote);
  const std::unique_ptr<Worker> second = StartLoaded();
  for (const pid_t pid : {zygote, standby}) {
    Await([&] { return Files(pid).size() == 5; });
    EXPECT_THAT(Files(pid), ElementsAre(Pair(0, "/dev/null"), Pair(1, "/dev/null"), Pair(2, MatchesRegex("pipe:.*")),
                                        Pair(3, MatchesRegex("socket:.*")), Pair(_, MatchesRegex(".*\\[signalfd\\]"))));
  }
  EXPECT_NE(Files(zygote)[3], Files(standby)[3]);
  EXPECT_EQ(Files(zygote)[2], Files(standby)[2]);  // one log, and one bound for it
  for (const char* const signals : {"SigBlk:", "SigIgn:"}) {
    EXPECT_EQ(Status(standby, signals), Status(zygote, signals));
  }
  EXPECT_EQ(sched_getscheduler(standby), SCHED_BATCH);
}

TEST_F(StandbyZygoteTest, AStandbyOfAStandbyIsAsGood) {
  std::unique_ptr<Worker> worker = StartLoaded();
  pid_t zygote = ZygoteOf(*worker);
  for (int i = 0; i < 10; ++i) {
    const pid_t standby = StandbyOf(zygote);
    kill(zygote, SIGKILL);
    worker = StartLoaded();
    ASSERT_EQ(ZygoteOf(*worker), standby);
    EXPECT_EQ(Run(*worker, "\"fds\"").reply.value().result, "[0,1,2,3]");
    zygote = standby;
  }
}

TEST_F(StandbyZygoteTest, AWorkerOfAStandbyIsReportedAndLockedInAsAnyOther) {
  const pid_t zygote = ZygoteOf(*StartLoaded());
  StandbyOf(zygote);
  kill(zygote, SIGKILL);
  const std::unique_ptr<Worker> worker = StartLoaded();
  EXPECT_EQ(Run(*worker, "\"open /etc/passwd\"").reply.value().result, absl::StrCat(EACCES));
  EXPECT_EQ(Status(worker->pid(), "Seccomp:"), "Seccomp:\t2\n");
  EXPECT_EQ(sched_getscheduler(worker->pid()), SCHED_BATCH);
  // That its exit is known, and so reaped, comes from its zygote's own signals.
  EXPECT_THAT(Run(*worker, "\"exit 7\"").reply.status().message(), HasSubstr("exited with code 7"));
}

TEST_F(StandbyZygoteTest, AStandbyThatIsKilledIsReplacedAndNobodyFeelsIt) {
  const std::unique_ptr<Worker> worker = StartLoaded();
  const pid_t zygote = ZygoteOf(*worker);
  for (int i = 0; i < 3; ++i) {
    const pid_t standby = StandbyOf(zygote);
    kill(standby, SIGKILL);
    EXPECT_EQ(Run(*worker, "1").reply.value().result, "1");
    EXPECT_EQ(ZygoteOf(*StartLoaded()), zygote);
    EXPECT_NE(StandbyOf(zygote, standby), standby);
  }
}

TEST_F(StandbyZygoteTest, WhereBothAreKilledAZygoteIsBooted) {
  const std::unique_ptr<Worker> worker = StartLoaded();
  const pid_t zygote = ZygoteOf(*worker);
  const pid_t group = getpgid(zygote);
  const pid_t standby = StandbyOf(zygote);
  kill(standby, SIGKILL);
  kill(zygote, SIGKILL);
  const std::unique_ptr<Worker> next = StartLoaded();
  const pid_t booted = ZygoteOf(*next);
  EXPECT_NE(getpgid(booted), group);
  EXPECT_EQ(getpgid(booted), booted);
  for (const pid_t pid : {zygote, standby}) EXPECT_EQ(Children().count(pid), 0u);
  EXPECT_EQ(getpgid(StandbyOf(booted)), booted);
}

TEST_F(StandbyZygoteTest, NothingIsLeftOfManyKills) {
  factory_.reset();
  FinishThreads();
  const std::map<int, std::string> before = Files(getpid());
  ASSERT_EQ(Children().size(), 0u);
  StartThreads();
  MakeFactory({});
  for (int i = 0; i < 20; ++i) {
    const pid_t zygote = ZygoteOf(*StartLoaded());
    const std::set<pid_t> copies = CopiesOf(zygote);
    // With a copy, without one, and while it is being made; now and then both.
    if (i % 4 == 0) StandbyOf(zygote);
    if (i % 3 == 0 && !copies.empty()) kill(*copies.begin(), SIGKILL);
    kill(zygote, SIGKILL);
  }
  EXPECT_EQ(Run(*StartLoaded(), "1").reply.value().result, "1");
  factory_.reset();
  EXPECT_EQ(Children().size(), 0u);
  FinishThreads();
  EXPECT_EQ(Files(getpid()), before);
  StartThreads();
}

TEST(ZygotePauseTest, DoublesUpToItsBound) {
  EXPECT_EQ(ZygotePause(0), absl::ZeroDuration());
  EXPECT_EQ(ZygotePause(1), absl::Milliseconds(100));
  EXPECT_EQ(ZygotePause(2), absl::Milliseconds(200));
  EXPECT_EQ(ZygotePause(1000), kZygotePauseMax);
}

}  // namespace
}  // namespace mayfly::dataplane
