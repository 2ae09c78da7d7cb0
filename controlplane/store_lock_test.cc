#include "controlplane/store_lock.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "base/error.h"
#include "base/reason.h"

namespace mayfly::controlplane {
namespace {

std::string NewFolder() {
  std::string folder = testing::TempDir() + "/store-lock-XXXXXX";
  EXPECT_NE(mkdtemp(folder.data()), nullptr);
  return folder;
}

TEST(StoreLockTest, MakesTheFolderForItsOwnerAlone) {
  const std::string data_dir = NewFolder() + "/a/b";
  const auto lock = StoreLock::Acquire(data_dir);
  ASSERT_TRUE(lock.ok()) << lock.status();
  EXPECT_EQ(std::filesystem::status(data_dir).permissions(), std::filesystem::perms::owner_all);
}

TEST(StoreLockTest, RefusesASecondHolderAndNamesTheFirst) {
  const std::string data_dir = NewFolder();
  const auto first = StoreLock::Acquire(data_dir);
  ASSERT_TRUE(first.ok()) << first.status();
  const absl::Status second = StoreLock::Acquire(data_dir).status();
  EXPECT_EQ(second.code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(ErrorReason(second), reason::kStorageFailed);
  EXPECT_EQ(second.message(), "the store " + data_dir + " is held by another Mayfly process (pid " +
                                  std::to_string(getpid()) +
                                  "); send your calls to that server, stop it, or name another store with --data-dir");
}

TEST(StoreLockTest, IsFreeAgainWhenItsHolderIsGone) {
  const std::string data_dir = NewFolder();
  ASSERT_TRUE(StoreLock::Acquire(data_dir).ok());
  EXPECT_TRUE(StoreLock::Acquire(data_dir).ok());
}

TEST(StoreLockTest, SaysWhyAFolderCannotBeMade) {
  const std::string file = NewFolder() + "/file";
  std::ofstream(file) << "x";
  const absl::Status status = StoreLock::Acquire(file).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable);
  EXPECT_EQ(status.message(), "cannot make the folder " + file + ": File exists");
}

}  // namespace
}  // namespace mayfly::controlplane
