// Writes of many callers, made durable together: one wait for the disk serves all that came during the last one.
#ifndef MAYFLY_CONTROLPLANE_WRITE_QUEUE_H_
#define MAYFLY_CONTROLPLANE_WRITE_QUEUE_H_

#include <cstddef>
#include <deque>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/any_invocable.h"
#include "absl/status/status.h"
#include "absl/synchronization/mutex.h"
#include "controlplane/sqlite.h"

namespace mayfly::controlplane {

// A connection that several threads use in turn.
struct SharedDatabase {
  absl::Mutex mutex;
  std::unique_ptr<SqliteDatabase> database ABSL_PT_GUARDED_BY(mutex);
};

struct QueuedWrite {
  size_t bytes = 0;  // about what it holds, against kStoreGroupBytesMax

  // Called within a transaction that is open on the database. An error undoes what it did and nothing else. May be
  // called again after its group failed as a whole.
  absl::AnyInvocable<absl::Status(SqliteDatabase&)> apply;

  // Called once, after the commit, in the order in which the writes were applied; the error is apply's, the commit's,
  // or OVERLOADED.
  absl::AnyInvocable<void(absl::Status) &&> answer;
};

// Thread-safe. Its one thread is the only one that writes to the database.
class WriteQueue {
 public:
  explicit WriteQueue(SharedDatabase& database);
  // Commits what is queued, then joins. Nothing may be pushed any more.
  ~WriteQueue();

  WriteQueue(const WriteQueue&) = delete;
  WriteQueue& operator=(const WriteQueue&) = delete;

  // Answers with UNAVAILABLE OVERLOADED at once when kStoreQueueMax writes, or kStoreGroupBytesMax of them, wait
  // already.
  void Push(QueuedWrite write);

 private:
  void CommitGroups();
  bool HasWriteOrStops() const ABSL_SHARED_LOCKS_REQUIRED(mutex_) { return !writes_.empty() || stopping_; }
  std::vector<QueuedWrite> TakeGroup() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // The error of each write, in their order; an error of the result itself is that of the whole group.
  absl::StatusOr<std::vector<absl::Status>> Commit(std::vector<QueuedWrite*> group);
  std::vector<absl::Status> CommitTogetherOrEachAlone(std::vector<QueuedWrite>& group);

  SharedDatabase& database_;
  absl::Mutex mutex_;
  std::deque<QueuedWrite> writes_ ABSL_GUARDED_BY(mutex_);
  size_t bytes_ ABSL_GUARDED_BY(mutex_) = 0;
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  std::thread thread_;
};

}  // namespace mayfly::controlplane

#endif  // MAYFLY_CONTROLPLANE_WRITE_QUEUE_H_
