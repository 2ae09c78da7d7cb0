#include "mayfly/worker_binaries.h"

#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>

namespace mayfly {
namespace {

class WorkerBinariesTest : public testing::Test {
 protected:
  WorkerBinariesTest() { std::filesystem::remove_all(root_); }

  std::string Make(const std::string& name) {
    const std::filesystem::path path = root_ / name;
    std::filesystem::create_directories(path.parent_path());
    std::ofstream(path) << "x";
    chmod(path.c_str(), 0755);
    return path;
  }

  const std::filesystem::path root_ =
      (std::filesystem::path(testing::TempDir()) / "worker_binaries_test").lexically_normal();
};

TEST_F(WorkerBinariesTest, AreBesideTheProgram) {
  const std::string js = Make("bin/mayfly-js-worker");
  const std::string python = Make("bin/mayfly-python-worker");
  const auto binaries = FindWorkerBinaries("", root_ / "bin/mayfly");
  ASSERT_TRUE(binaries.ok()) << binaries.status();
  EXPECT_EQ(binaries->js, js);
  EXPECT_EQ(binaries->python, python);
}

TEST_F(WorkerBinariesTest, AreWhereTheBuildLeavesThem) {
  const std::string js = Make("runtime/js/mayfly-js-worker");
  const std::string python = Make("runtime/python/mayfly-python-worker");
  const auto binaries = FindWorkerBinaries("", root_ / "mayfly/mayfly");
  ASSERT_TRUE(binaries.ok()) << binaries.status();
  EXPECT_EQ(binaries->js, js);
  EXPECT_EQ(binaries->python, python);
}

TEST_F(WorkerBinariesTest, AreOnlyWhereTheyAreSaidToBe) {
  Make("bin/mayfly-js-worker");
  Make("bin/mayfly-python-worker");
  const absl::Status status = FindWorkerBinaries(root_ / "none", root_ / "bin/mayfly").status();
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(status.message(),
            "mayfly-js-worker is not in " + (root_ / "none").string() + "; name its folder with --worker-dir");
}

}  // namespace
}  // namespace mayfly
