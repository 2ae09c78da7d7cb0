// Who may open a store: one process at a time.
#ifndef MAYFLY_CONTROLPLANE_STORE_LOCK_H_
#define MAYFLY_CONTROLPLANE_STORE_LOCK_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace mayfly::controlplane {

// Holds `{data_dir}/lock` with flock(2) until it is destroyed or the process ends, however it ends. The file holds the
// holder's pid.
class StoreLock {
 public:
  // Makes the folder (mode 0700) if it is not there. FAILED_PRECONDITION STORAGE_FAILED if another process, or another
  // StoreLock of this one, holds it: the message names its pid and the ways on. UNAVAILABLE STORAGE_FAILED if the
  // folder or the file can't be made.
  static absl::StatusOr<std::unique_ptr<StoreLock>> Acquire(const std::string& data_dir);

  ~StoreLock();
  StoreLock(const StoreLock&) = delete;
  StoreLock& operator=(const StoreLock&) = delete;

 private:
  explicit StoreLock(int fd) : fd_(fd) {}

  const int fd_;  // owned
};

}  // namespace mayfly::controlplane

#endif  // MAYFLY_CONTROLPLANE_STORE_LOCK_H_
