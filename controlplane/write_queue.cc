#include "controlplane/write_queue.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/reason.h"

namespace mayfly::controlplane {
namespace {

absl::Status Overloaded() {
  return WithRetryAfter(MakeError(absl::StatusCode::kUnavailable, reason::kOverloaded,
                                  absl::StrCat("the store has as many writes waiting as it takes (", kStoreQueueMax,
                                               ", or ", kStoreGroupBytesMax / kMiB, " MiB); try again")),
                        absl::Seconds(1));
}

// Applies one write; its error leaves the transaction as it was before. False: the whole transaction is lost, because
// SQLite has rolled it back (as it may on a full disk) or can't undo the write alone.
bool ApplyOne(SqliteDatabase& database, QueuedWrite& write, absl::Status& status) {
  status = database.Execute("SAVEPOINT one");
  if (status.ok()) status = write.apply(database);
  if (!database.in_transaction()) return false;
  const absl::Status closed = database.Execute(status.ok() ? "RELEASE one" : "ROLLBACK TO one; RELEASE one");
  if (!closed.ok() && status.ok()) status = closed;
  return closed.ok();
}

}  // namespace

WriteQueue::WriteQueue(SharedDatabase& database) : database_(database), thread_([this] { CommitGroups(); }) {}

WriteQueue::~WriteQueue() {
  {
    absl::MutexLock lock(mutex_);
    stopping_ = true;
  }
  thread_.join();
}

void WriteQueue::Push(QueuedWrite write) {
  {
    absl::MutexLock lock(mutex_);
    if (writes_.size() < kStoreQueueMax && (writes_.empty() || bytes_ + write.bytes <= kStoreGroupBytesMax)) {
      bytes_ += write.bytes;
      writes_.push_back(std::move(write));
      return;
    }
  }
  std::move(write.answer)(Overloaded());
}

std::vector<QueuedWrite> WriteQueue::TakeGroup() {
  std::vector<QueuedWrite> group;
  while (!writes_.empty() && group.size() < kStoreGroupMax) {
    bytes_ -= writes_.front().bytes;
    group.push_back(std::move(writes_.front()));
    writes_.pop_front();
  }
  return group;
}

void WriteQueue::CommitGroups() {
  while (true) {
    std::vector<QueuedWrite> group;
    {
      absl::MutexLock lock(mutex_);
      mutex_.Await(absl::Condition(this, &WriteQueue::HasWriteOrStops));
      if (writes_.empty()) return;
      group = TakeGroup();
    }
    std::vector<absl::Status> statuses = CommitTogetherOrEachAlone(group);
    for (size_t i = 0; i < group.size(); ++i) std::move(group[i].answer)(std::move(statuses[i]));
  }
}

absl::StatusOr<std::vector<absl::Status>> WriteQueue::Commit(std::vector<QueuedWrite*> group) {
  absl::MutexLock lock(database_.mutex);
  SqliteDatabase& database = *database_.database;
  if (absl::Status begun = database.Execute("BEGIN IMMEDIATE"); !begun.ok()) return begun;
  std::vector<absl::Status> statuses(group.size());
  absl::Status lost;
  for (size_t i = 0; i < group.size() && lost.ok(); ++i) {
    if (!ApplyOne(database, *group[i], statuses[i])) lost = statuses[i].ok() ? database.Error() : statuses[i];
  }
  if (lost.ok()) lost = database.Execute("COMMIT");
  if (lost.ok()) return statuses;
  if (database.in_transaction()) database.Execute("ROLLBACK").IgnoreError();
  return lost;
}

std::vector<absl::Status> WriteQueue::CommitTogetherOrEachAlone(std::vector<QueuedWrite>& group) {
  std::vector<QueuedWrite*> all;
  for (QueuedWrite& write : group) all.push_back(&write);
  absl::StatusOr<std::vector<absl::Status>> together = Commit(all);
  if (together.ok()) return *std::move(together);
  if (group.size() == 1) return {together.status()};
  // What failed may be one write that is too large for the disk: the others need not fail with it.
  std::vector<absl::Status> statuses;
  for (QueuedWrite* write : all) {
    absl::StatusOr<std::vector<absl::Status>> alone = Commit({write});
    statuses.push_back(alone.ok() ? alone->front() : alone.status());
  }
  return statuses;
}

}  // namespace mayfly::controlplane
