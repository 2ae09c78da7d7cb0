// Workers with control groups of their own, where this process may make them.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/reason.h"
#include "dataplane/own_cgroup.h"
#include "dataplane/worker_cgroups.h"
#include "dataplane/worker_process_fixture.h"

namespace mayfly::dataplane {
namespace {

namespace fs = std::filesystem;

class WorkerCgroupLifeTest : public WorkerProcessFixture {
 protected:
  void SetUp() override {
    factory_.reset();  // its zygotes are in this process's group, which may hold no other to be used
    own_ = FindOwnCgroup("");
    if (!own_.ok()) GTEST_SKIP() << own_.status().message();
    absl::StatusOr<std::shared_ptr<WorkerCgroups>> groups = WorkerCgroups::Open(*own_, WorkerCgroups::Move::kAllowed);
    ASSERT_TRUE(groups.ok()) << groups.status();
    WorkerProcessOptions options;
    options.cgroups = *std::move(groups);
    MakeFactory(options);
  }

  // The folder of the worker's group.
  std::string FolderOf(const Worker& worker) const {
    std::ifstream file(absl::StrCat("/proc/", worker.pid(), "/cgroup"));
    for (std::string line; std::getline(file, line);) {
      const size_t at = line.find("/mayfly-");
      if (line.starts_with("0::") && at != std::string::npos) return own_->folder + line.substr(at);
    }
    return "";
  }

  absl::StatusOr<OwnCgroup> own_;
};

TEST_F(WorkerCgroupLifeTest, AWorkerIsBornInItsGroupWhichEndsWithIt) {
  std::unique_ptr<Worker> worker = StartLoaded();
  const std::string folder = FolderOf(*worker);
  EXPECT_TRUE(fs::exists(folder)) << folder;
  EXPECT_EQ(Run(*worker, "7").reply->result, "7");
  worker.reset();
  factory_.reset();
  FinishThreads();
  EXPECT_FALSE(fs::exists(folder));
  StartThreads();
}

TEST_F(WorkerCgroupLifeTest, AnEndForWantOfMemoryIsTheFunctions) {
  if (!own_->Has("memory")) GTEST_SKIP() << own_->missing;
  const std::unique_ptr<Worker> worker = StartLoaded();
  std::ofstream(FolderOf(*worker) + "/memory.max") << (16 << 20);
  // Within the limits of the process.
  const absl::Status status = Run(*worker, "\"alloc 40\"").reply.status();
  EXPECT_EQ(ErrorReason(status), reason::kMemoryLimit) << status;
  EXPECT_EQ(status.message(), "the function needs more memory than its limit of 64 MiB");
}

TEST_F(WorkerCgroupLifeTest, AnotherKillIsACrash) {
  const std::unique_ptr<Worker> worker = StartLoaded();
  auto call = BeginEndlessRun(*worker);
  ASSERT_EQ(kill(worker->pid(), SIGKILL), 0);
  EXPECT_EQ(ErrorReason(call.get().reply.status()), reason::kWorkerCrashed);
}

}  // namespace
}  // namespace mayfly::dataplane
