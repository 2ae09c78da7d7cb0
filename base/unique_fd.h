// A file descriptor that closes itself.
#ifndef MAYFLY_BASE_UNIQUE_FD_H_
#define MAYFLY_BASE_UNIQUE_FD_H_

#include <unistd.h>

#include <utility>

namespace mayfly {

// Owns one file descriptor, or none (-1).
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  UniqueFd(UniqueFd&& other) noexcept : fd_(other.release()) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    reset(other.release());
    return *this;
  }
  ~UniqueFd() { reset(); }

  int get() const { return fd_; }
  bool valid() const { return fd_ >= 0; }
  [[nodiscard]] int release() { return std::exchange(fd_, -1); }
  void reset(int fd = -1) {
    if (fd_ >= 0) close(fd_);
    fd_ = fd;
  }

 private:
  int fd_ = -1;
};

}  // namespace mayfly

#endif  // MAYFLY_BASE_UNIQUE_FD_H_
