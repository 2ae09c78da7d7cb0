#include "clients/cli/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

namespace mayfly::cli {
namespace {

class SystemFilesTest : public testing::Test {
 protected:
  SystemFilesTest() {
    std::filesystem::create_directories(folder_);
    std::ofstream(folder_ + "/b.txt") << "12345";
    std::ofstream(folder_ + "/a.txt");
  }

  const std::string folder_ = testing::TempDir() + "/files_test";
  const SystemFiles files_;
};

TEST_F(SystemFilesTest, ReadsUpToItsBoundAndNotBeyond) {
  EXPECT_EQ(files_.Read(folder_ + "/b.txt", 5).value(), "12345");
  const absl::Status too_large = files_.Read(folder_ + "/b.txt", 4).status();
  EXPECT_EQ(too_large.message(), folder_ + "/b.txt is larger than 4 bytes");
}

TEST_F(SystemFilesTest, SaysWhatItCannotRead) {
  EXPECT_EQ(files_.Read(folder_ + "/none", 1).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(files_.Read(folder_, 1).status().message(), folder_ + " is a folder");
}

TEST_F(SystemFilesTest, ListsSortedNames) {
  EXPECT_THAT(files_.List(folder_), testing::ElementsAre("a.txt", "b.txt"));
  EXPECT_THAT(files_.List(folder_ + "/none"), testing::IsEmpty());
}

}  // namespace
}  // namespace mayfly::cli
