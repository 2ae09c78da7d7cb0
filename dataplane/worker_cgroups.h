// A control group for each worker.
#ifndef MAYFLY_DATAPLANE_WORKER_CGROUPS_H_
#define MAYFLY_DATAPLANE_WORKER_CGROUPS_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "base/unique_fd.h"
#include "dataplane/own_cgroup.h"

namespace mayfly::dataplane {

class WorkerCgroups;

// The group of one worker, or none. Removed with this object; if its process has not ended by then, later.
class WorkerCgroup {
 public:
  WorkerCgroup() = default;  // none
  WorkerCgroup(WorkerCgroup&& other) = default;
  WorkerCgroup& operator=(WorkerCgroup&& other) noexcept;
  ~WorkerCgroup();

  // Its folder, for clone3's CLONE_INTO_CGROUP; -1: none.
  int folder() const { return folder_.get(); }

  // Whether the kernel has ended its process because the group had used up its memory.
  bool RanOutOfMemory() const;

 private:
  friend class WorkerCgroups;
  WorkerCgroup(std::shared_ptr<WorkerCgroups> owner, std::string name, UniqueFd folder)
      : owner_(std::move(owner)), name_(std::move(name)), folder_(std::move(folder)) {}

  std::shared_ptr<WorkerCgroups> owner_;  // null: none
  std::string name_;
  UniqueFd folder_;
};

enum class HasCheckpoint { kNo, kYes };

// The memory.max of a worker's group: the sum of all that the worker's other limits let it have, so that no function
// fails in a group that ends well without one. The parts: its memory limit; the same again for a checkpoint, which
// holds what the function had when it had loaded; the channel; kWorkerReservedBytesMax for its own copies of the
// zygote's pages, page tables and other memory of the kernel's.
int64_t CgroupMemoryBytes(int64_t memory_limit_bytes, HasCheckpoint checkpoint);

// Makes the groups in a folder of its own, mayfly-PID-N, in this process's group. Unless that is the hierarchy's root,
// it moves this process into a group in that folder first: a group with limited groups below it may hold none. Leaves
// all as it was when it is destroyed; a process that is killed leaves empty folders, which the next one removes.
// Thread-safe.
class WorkerCgroups : public std::enable_shared_from_this<WorkerCgroups> {
 public:
  // Whether this process may be moved into a group beside the workers'. In another's program it is not ours to move.
  enum class Move { kAllowed, kRefused };

  // Also tries a group with a process in it. Errors: UNAVAILABLE, with the step and the reason; all is as before then.
  static absl::StatusOr<std::shared_ptr<WorkerCgroups>> Open(const OwnCgroup& own, Move move);

  ~WorkerCgroups();

  WorkerCgroups(const WorkerCgroups&) = delete;
  WorkerCgroups& operator=(const WorkerCgroups&) = delete;

  // A group for one process, with so much memory and no swap. Errors: UNAVAILABLE, with the reason.
  absl::StatusOr<WorkerCgroup> Make(int64_t memory_bytes);

 private:
  friend class WorkerCgroup;
  explicit WorkerCgroups(const OwnCgroup& own) : own_(own) {}

  absl::Status MakeHome();
  absl::Status MoveThisProcess();
  absl::Status EnableControllers();
  absl::Status Try();
  absl::Status Limit(int folder, int64_t memory_bytes) const;
  void Remove(const std::string& name);

  const OwnCgroup own_;
  UniqueFd own_folder_;
  UniqueFd home_;  // mayfly-PID-N, locked by flock as long as this process lives
  std::string home_name_;
  bool has_moved_ = false;
  bool has_enabled_ = false;  // controllers for the groups in our own

  absl::Mutex mutex_;
  uint64_t last_id_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<std::string> not_removed_ ABSL_GUARDED_BY(mutex_);  // a process was dying in them
};

}  // namespace mayfly::dataplane

#endif  // MAYFLY_DATAPLANE_WORKER_CGROUPS_H_
