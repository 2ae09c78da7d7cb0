#include "controlplane/store_lock.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <filesystem>
#include <system_error>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/reason.h"
#include "base/utf8.h"

namespace mayfly::controlplane {
namespace {

constexpr size_t kPidBytesMax = 20;

absl::Status SystemError(std::string_view what, const std::string& path, int error) {
  return MakeError(absl::StatusCode::kUnavailable, reason::kStorageFailed,
                   absl::StrCat("cannot ", what, " ", path, ": ", std::generic_category().message(error)));
}

// Makes `data_dir` for its owner alone: sources are private. Its entry is made durable, for what is stored in it is
// promised to be.
absl::Status MakeFolder(const std::filesystem::path& data_dir) {
  std::error_code error;
  const std::filesystem::path parent = std::filesystem::absolute(data_dir, error).lexically_normal().parent_path();
  std::filesystem::create_directories(parent, error);
  if (mkdir(data_dir.c_str(), 0700) != 0) {
    if (errno == EEXIST && std::filesystem::is_directory(data_dir, error)) return absl::OkStatus();
    return SystemError("make the folder", data_dir.string(), errno);
  }
  const int fd = open(parent.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd >= 0) {
    fsync(fd);
    close(fd);
  }
  return absl::OkStatus();
}

absl::Status HeldError(const std::string& data_dir, int fd) {
  char text[kPidBytesMax];
  const ssize_t size = pread(fd, text, sizeof(text), 0);
  const std::string_view pid = absl::StripAsciiWhitespace(std::string_view(text, size > 0 ? size : 0));
  const std::string holder = pid.empty() ? "" : absl::StrCat(" (pid ", EscapedPrefix(pid, kPidBytesMax), ")");
  return MakeError(absl::StatusCode::kFailedPrecondition, reason::kStorageFailed,
                   absl::StrCat("the store ", data_dir, " is held by another Mayfly process", holder,
                                "; send your calls to that server, stop it, or name another store with --data-dir"),
                   {{"data_dir", data_dir}, {"pid", EscapedPrefix(pid, kPidBytesMax)}});
}

}  // namespace

absl::StatusOr<std::unique_ptr<StoreLock>> StoreLock::Acquire(const std::string& data_dir) {
  if (absl::Status made = MakeFolder(data_dir); !made.ok()) return made;
  const std::string path = absl::StrCat(data_dir, "/lock");
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd < 0) return SystemError("open the store's lock", path, errno);
  auto lock = std::unique_ptr<StoreLock>(new StoreLock(fd));
  if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return HeldError(data_dir, fd);
    return SystemError("lock", path, errno);
  }
  // Only a message depends on it.
  const std::string pid = absl::StrCat(getpid(), "\n");
  if (ftruncate(fd, 0) != 0 || pwrite(fd, pid.data(), pid.size(), 0) < 0) errno = 0;
  return lock;
}

StoreLock::~StoreLock() { close(fd_); }

}  // namespace mayfly::controlplane
