#include "controlplane/sqlite_store.h"

#include <fcntl.h>
#include <unistd.h>

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/reason.h"
#include "controlplane/sqlite_reads.h"
#include "controlplane/sqlite_schema.h"

namespace mayfly::controlplane {
namespace {

constexpr char kMemory[] = ":memory:";

// A row's longest value: a manifest, whose names and sources are bounded, with protobuf's framing of each.
constexpr int64_t kBlobBytesMax = kManifestBytesMax + 64 * kDependenciesMax + 64 * kKiB;

// SQLite gives its journals the mode of the database, which it would make readable for everyone.
void MakePrivateFile(const std::string& path) {
  const int fd = open(path.c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (fd >= 0) close(fd);
}

absl::StatusOr<std::unique_ptr<SqliteDatabase>> OpenConnection(const std::string& path, const char* pragmas) {
  auto database =
      SqliteDatabase::Open({.path = path, .busy_time_max = kStoreBusyTimeMax, .blob_bytes_max = kBlobBytesMax});
  if (!database.ok()) return database.status();
  if (absl::Status status = (*database)->Execute(pragmas); !status.ok()) return status;
  return database;
}

absl::StatusOr<std::unique_ptr<SqliteDatabase>> OpenWriter(const std::string& path, int64_t pages_max) {
  // A temporary table would be a file in a folder that may be read-only. A burst's log does not stay large.
  auto database = OpenConnection(path,
                                 "PRAGMA synchronous = FULL; PRAGMA journal_size_limit = 67108864; PRAGMA temp_store = "
                                 "MEMORY; PRAGMA cell_size_check = ON");
  if (!database.ok()) return database.status();
  // Before anything is written: the file may be another program's.
  if (absl::Status status = PrepareSchema(**database, path); !status.ok()) return status;
  if (absl::Status status = (*database)->Execute("PRAGMA journal_mode = WAL"); !status.ok()) return status;
  // Shows most damage now; a check of every page would make the start as slow as the store is large.
  if (absl::Status status = ReadLog(**database).status(); !status.ok()) return status;
  if (pages_max > 0) {
    absl::Status status = (*database)->Execute(absl::StrCat("PRAGMA max_page_count = ", pages_max));
    if (!status.ok()) return status;
  }
  return database;
}

std::string Serialized(const v1::Manifest& manifest) { return manifest.SerializeAsString(); }

}  // namespace

absl::StatusOr<std::unique_ptr<SqliteStore>> SqliteStore::Open(const Options& options, const Clock& clock) {
  if (options.data_dir == kMemory) {
    auto database = OpenWriter(kMemory, options.pages_max);
    if (!database.ok()) return database.status();
    return std::unique_ptr<SqliteStore>(new SqliteStore(options, clock, nullptr, *std::move(database), nullptr));
  }
  auto lock = StoreLock::Acquire(options.data_dir);
  if (!lock.ok()) return lock.status();
  const std::string path = absl::StrCat(options.data_dir, "/mayfly.db");
  MakePrivateFile(path);
  auto writer = OpenWriter(path, options.pages_max);
  if (!writer.ok()) return writer.status();
  auto reader = OpenConnection(path, "PRAGMA query_only = ON; PRAGMA temp_store = MEMORY; PRAGMA cell_size_check = ON");
  if (!reader.ok()) return reader.status();
  return std::unique_ptr<SqliteStore>(
      new SqliteStore(options, clock, *std::move(lock), *std::move(writer), *std::move(reader)));
}

SqliteStore::SqliteStore(const Options& options, const Clock& clock, std::unique_ptr<StoreLock> lock,
                         std::unique_ptr<SqliteDatabase> writer, std::unique_ptr<SqliteDatabase> reader)
    : bounds_{.functions_max = options.functions_max,
              .revisions_kept_max = options.revisions_kept_max,
              .changes_kept_max = options.changes_kept_max},
      clock_(clock),
      lock_(std::move(lock)),
      writer_{.mutex = {}, .database = std::move(writer)},
      reader_{.mutex = {}, .database = std::move(reader)},
      writes_(writer_) {}

SqliteStore::~SqliteStore() = default;

void SqliteStore::Put(PutRequest request, PutDone done) {
  struct State {
    PutRequest request;
    std::string manifest_bytes;
    PutResult result;
  };
  auto state = std::make_shared<State>();
  state->manifest_bytes = Serialized(request.manifest);
  state->request = std::move(request);
  writes_.Push({
      .bytes = state->manifest_bytes.size(),
      .apply =
          [this, state](SqliteDatabase& database) {
            auto result = ApplyPut(database, bounds_, state->request, state->manifest_bytes, clock_.Now());
            if (result.ok()) state->result = *std::move(result);
            return result.status();
          },
      .answer =
          [state, done = std::move(done)](absl::Status status) mutable {
            if (!status.ok()) return std::move(done)(status);
            *state->result.function.mutable_manifest() = std::move(state->request.manifest);
            std::move(done)(std::move(state->result));
          },
  });
}

void SqliteStore::Delete(DeleteRequest request, DeleteDone done) {
  auto sequence = std::make_shared<int64_t>(0);
  writes_.Push({
      .bytes = 0,
      .apply =
          [this, sequence, request = std::move(request)](SqliteDatabase& database) {
            const auto result = ApplyDelete(database, bounds_, request);
            if (result.ok()) *sequence = *result;
            return result.status();
          },
      .answer =
          [sequence, done = std::move(done)](absl::Status status) mutable {
            if (!status.ok()) return std::move(done)(status);
            std::move(done)(*sequence);
          },
  });
}

absl::StatusOr<v1::Function> SqliteStore::Get(const FunctionName& name, int32_t revision, Detail detail) {
  absl::MutexLock lock(reader().mutex);
  SqliteReadTransaction transaction(*reader().database);
  if (!transaction.status().ok()) return transaction.status();
  return ReadFunction(*reader().database, name, revision, detail);
}

absl::StatusOr<std::vector<v1::Function>> SqliteStore::List(const std::string& namespace_id,
                                                            const std::string& after_id, int count_max, Detail detail) {
  absl::MutexLock lock(reader().mutex);
  return ReadFunctions(*reader().database, namespace_id, after_id, count_max, detail);
}

absl::StatusOr<std::vector<v1::Function>> SqliteStore::ListRevisions(const FunctionName& name, int32_t before_revision,
                                                                     int count_max, Detail detail) {
  absl::MutexLock lock(reader().mutex);
  SqliteReadTransaction transaction(*reader().database);
  if (!transaction.status().ok()) return transaction.status();
  return ReadRevisions(*reader().database, name, before_revision, count_max, detail);
}

absl::StatusOr<StatePage> SqliteStore::ReadState(const FunctionName& after, int count_max) {
  absl::MutexLock lock(reader().mutex);
  SqliteReadTransaction transaction(*reader().database);
  if (!transaction.status().ok()) return transaction.status();
  const absl::StatusOr<LogBounds> log = ReadLog(*reader().database);
  if (!log.ok()) return log.status();
  auto functions = ReadAllFunctions(*reader().database, after, count_max);
  if (!functions.ok()) return functions.status();
  return StatePage{.functions = *std::move(functions), .sequence = log->last_position};
}

absl::StatusOr<ChangePage> SqliteStore::ReadChanges(int64_t position, int count_max, ChangeOrder order) {
  absl::MutexLock lock(reader().mutex);
  SqliteReadTransaction transaction(*reader().database);
  if (!transaction.status().ok()) return transaction.status();
  const absl::StatusOr<LogBounds> log = ReadLog(*reader().database);
  if (!log.ok()) return log.status();
  if (position < log->first_position) return absl::OutOfRangeError("the log does not reach back so far");
  return ReadChangesAfter(*reader().database, position, count_max, order);
}

absl::StatusOr<LogBounds> SqliteStore::ReadLogBounds() {
  absl::MutexLock lock(reader().mutex);
  return ReadLog(*reader().database);
}

}  // namespace mayfly::controlplane
