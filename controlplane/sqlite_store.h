// The store of one machine: an SQLite database in a folder, or in memory.
#ifndef MAYFLY_CONTROLPLANE_SQLITE_STORE_H_
#define MAYFLY_CONTROLPLANE_SQLITE_STORE_H_

#include <memory>
#include <string>
#include <vector>

#include "base/clock.h"
#include "base/limits.h"
#include "controlplane/sqlite_writes.h"
#include "controlplane/store.h"
#include "controlplane/store_lock.h"
#include "controlplane/write_queue.h"

namespace mayfly::controlplane {

// WAL, with synchronous=FULL: a write that was answered survives kill -9 and a loss of power. One connection writes,
// another reads beside it; in memory they are one.
class SqliteStore final : public Store {
 public:
  struct Options {
    // The folder of `mayfly.db` and `lock`, made if it is not there; ":memory:" for a store that ends with this object.
    std::string data_dir;
    int functions_max = kFunctionsMax;
    int revisions_kept_max = kRevisionsKeptMax;
    int64_t changes_kept_max = kChangesKeptMax;
    int64_t pages_max = 0;  // of 4 KiB; beyond it the store is full. 0: as large as the disk allows
  };

  // `clock` outlives the store. Errors: those of StoreLock, SqliteDatabase and PrepareSchema, each with what to do.
  static absl::StatusOr<std::unique_ptr<SqliteStore>> Open(const Options& options, const Clock& clock);

  // Commits what is queued. Nothing may be asked any more.
  ~SqliteStore() override;

  void Put(PutRequest request, PutDone done) override;
  void Delete(DeleteRequest request, DeleteDone done) override;
  absl::StatusOr<v1::Function> Get(const FunctionName& name, int32_t revision, Detail detail) override;
  absl::StatusOr<std::vector<v1::Function>> List(const std::string& namespace_id, const std::string& after_id,
                                                 int count_max, Detail detail) override;
  absl::StatusOr<std::vector<v1::Function>> ListRevisions(const FunctionName& name, int32_t before_revision,
                                                          int count_max, Detail detail) override;
  absl::StatusOr<StatePage> ReadState(const FunctionName& after, int count_max) override;
  absl::StatusOr<ChangePage> ReadChanges(int64_t position, int count_max, ChangeOrder order) override;
  absl::StatusOr<LogBounds> ReadLogBounds() override;

 private:
  SqliteStore(const Options& options, const Clock& clock, std::unique_ptr<StoreLock> lock,
              std::unique_ptr<SqliteDatabase> writer, std::unique_ptr<SqliteDatabase> reader);
  SharedDatabase& reader() { return reader_.database != nullptr ? reader_ : writer_; }

  const StoreBounds bounds_;
  const Clock& clock_;
  const std::unique_ptr<StoreLock> lock_;  // null in memory
  SharedDatabase writer_;
  SharedDatabase reader_;  // no database in memory
  WriteQueue writes_;      // ends before the databases do
};

}  // namespace mayfly::controlplane

#endif  // MAYFLY_CONTROLPLANE_SQLITE_STORE_H_
