// What a store makes of kills, full disks, and files that are not as it left them.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/blocking_counter.h"
#include "absl/synchronization/notification.h"
#include "base/error.h"
#include "base/limits.h"
#include "base/reason.h"
#include "controlplane/sqlite.h"
#include "controlplane/sqlite_store.h"
#include "controlplane/testing_sqlite_store.h"
#include "controlplane/testing_store.h"

namespace mayfly::controlplane {
namespace {

constexpr char kDatabaseFile[] = "/mayfly.db";

class SqliteStoreFaultsTest : public SqliteStoreTestBase {
 protected:
  absl::Status OpenError() { return SqliteStore::Open({.data_dir = data_dir_}, clock_).status(); }

  // Another program's hand in the database, while no store holds it.
  void Tamper(const std::string& sql) {
    auto database = SqliteDatabase::Open(
        {.path = data_dir_ + kDatabaseFile, .busy_time_max = absl::Seconds(1), .blob_bytes_max = 1 << 20});
    ASSERT_TRUE(database.ok()) << database.status();
    const absl::Status status = (*database)->Execute(sql);
    ASSERT_TRUE(status.ok()) << status;
  }
};

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

void Overwrite(const std::string& path, size_t offset, const std::string& bytes) {
  std::fstream file(path, std::ios::binary | std::ios::in | std::ios::out);
  file.seekp(static_cast<std::streamoff>(offset));
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
}

// Writes until it is killed, saying each acknowledged id on `fd`.
[[noreturn]] void WriteUntilKilled(const std::string& data_dir, int fd) {
  SystemClock clock;
  auto store = SqliteStore::Open({.data_dir = data_dir}, clock);
  if (!store.ok()) _exit(1);
  for (int i = 0;; ++i) {
    // Several at once, so that kills hit groups too.
    absl::BlockingCounter answered(8);
    for (int j = 0; j < 8; ++j) {
      const std::string id = absl::StrCat(i, "-", j);
      (*store)->Put(NewPut(Named(id), std::string(10'000, 'x')), [&answered, fd, id](absl::StatusOr<PutResult> put) {
        const std::string line = id + "\n";
        if (!put.ok() || write(fd, line.data(), line.size()) < 0) _exit(2);
        answered.DecrementCount();
      });
    }
    answered.Wait();
  }
}

TEST_F(SqliteStoreFaultsTest, KeepsEveryAcknowledgedWriteWhenItsProcessIsKilled) {
  for (int round = 0; round < 5; ++round) {
    int pipe_fds[2];
    ASSERT_EQ(pipe(pipe_fds), 0);
    const pid_t child = fork();
    ASSERT_GE(child, 0);
    const std::string data_dir = absl::StrCat(data_dir_, "/", round);
    if (child == 0) WriteUntilKilled(data_dir, pipe_fds[1]);
    close(pipe_fds[1]);
    FILE* lines = fdopen(pipe_fds[0], "r");
    std::vector<std::string> acknowledged;
    char line[64];
    while (fgets(line, sizeof(line), lines) != nullptr) {
      acknowledged.emplace_back(line, strlen(line) - 1);
      if (acknowledged.size() == 40u + 37 * round) kill(child, SIGKILL);
    }
    fclose(lines);
    int status;
    ASSERT_EQ(waitpid(child, &status, 0), child);
    ASSERT_TRUE(WIFSIGNALED(status) && WTERMSIG(status) == SIGKILL);
    auto store = Open({.data_dir = data_dir});
    for (const std::string& id : acknowledged) {
      const auto function = store->Get(Named(id), 0, Detail::kFull);
      ASSERT_TRUE(function.ok()) << id << ": " << function.status();
      EXPECT_EQ(function->manifest().source().size(), 10'000u);
    }
  }
}

TEST_F(SqliteStoreFaultsTest, RefusesWhatDoesNotFitItsDiskAndGoesOn) {
  auto store = Open({.data_dir = data_dir_, .pages_max = 60});
  ASSERT_TRUE(PutAndWait(*store, NewPut(Named("small"), "x")).ok());
  ExpectError(PutAndWait(*store, NewPut(Named("large"), std::string(kMiB, 'x'))).status(),
              absl::StatusCode::kResourceExhausted, reason::kStorageFull,
              "the store " + data_dir_ +
                  "/mayfly.db is full, so nothing was stored: database or disk is full (SQLite 13); make room on its "
                  "disk and try again");
  EXPECT_EQ(store->Get(Named("large"), 0, Detail::kBasic).status().code(), absl::StatusCode::kNotFound);
  EXPECT_EQ(store->Get(Named("small"), 0, Detail::kFull)->manifest().source(), "x");
  EXPECT_TRUE(PutAndWait(*store, NewPut(Named("next"), "x")).ok());
  EXPECT_EQ(store->ReadLogBounds()->last_position, 2);
}

TEST_F(SqliteStoreFaultsTest, FailsOnlyTheWriteOfAGroupThatDoesNotFit) {
  auto store = Open({.data_dir = data_dir_, .pages_max = 60});
  std::vector<absl::Status> statuses(9);
  absl::BlockingCounter answered(9);
  for (int i = 0; i < 9; ++i) {
    store->Put(NewPut(Named(absl::StrCat(i)), std::string(i == 4 ? kMiB : 10, 'x')), [&, i](auto put) {
      statuses[i] = put.status();
      answered.DecrementCount();
    });
  }
  answered.Wait();
  for (int i = 0; i < 9; ++i) EXPECT_EQ(ErrorReason(statuses[i]), i == 4 ? reason::kStorageFull : "") << i;
  EXPECT_EQ(store->List("default", "", 100, Detail::kBasic)->size(), 8u);
}

TEST_F(SqliteStoreFaultsTest, RefusesToOpenAStoreThatIsHeld) {
  auto store = Open();
  ExpectError(OpenError(), absl::StatusCode::kFailedPrecondition, reason::kStorageFailed,
              absl::StrCat("the store ", data_dir_, " is held by another Mayfly process (pid ", getpid(),
                           "); send your calls to that server, stop it, or name another store with --data-dir"));
}

TEST_F(SqliteStoreFaultsTest, RefusesAFileThatIsNoDatabase) {
  std::ofstream(data_dir_ + kDatabaseFile) << std::string(8192, '!');
  ExpectError(OpenError(), absl::StatusCode::kInternal, reason::kStorageFailed,
              "the store " + data_dir_ +
                  "/mayfly.db is damaged or is no SQLite database: file is not a database (SQLite 26); restore it from "
                  "a backup, or move it away to begin anew");
}

TEST_F(SqliteStoreFaultsTest, RefusesADamagedDatabaseAndLeavesItAlone) {
  {
    ASSERT_TRUE(PutAndWait(*Open(), NewPut(Named("f"), "")).ok());
  }
  const std::string path = data_dir_ + kDatabaseFile;
  std::filesystem::resize_file(path, 4096);
  std::filesystem::resize_file(path, 40960);
  ExpectError(
      OpenError(), absl::StatusCode::kInternal, reason::kStorageFailed,
      "the store " + path +
          " is damaged or is no SQLite database: database disk image is malformed (SQLite 11); restore it from a "
          "backup, or move it away to begin anew");
  EXPECT_EQ(std::filesystem::file_size(path), 40960u);
}

TEST_F(SqliteStoreFaultsTest, GoesOnWhenItsFileHasBeenPutRight) {
  auto store = Open();
  ASSERT_TRUE(PutAndWait(*store, NewPut(Named("f"), "x")).ok());
  // All of it stands in the main file then, and is read from there.
  Tamper("UPDATE store SET function_count = function_count; PRAGMA wal_checkpoint(TRUNCATE)");
  const std::string path = data_dir_ + kDatabaseFile;
  const std::string whole = ReadFile(path);
  constexpr size_t kHeaderPage = 4096;  // the first page: the tables' names stay
  ASSERT_GT(whole.size(), kHeaderPage);
  Overwrite(path, kHeaderPage, std::string(whole.size() - kHeaderPage, '\xff'));
  EXPECT_EQ(ErrorReason(store->Get(Named("f"), 0, Detail::kFull).status()), reason::kStorageFailed);
  EXPECT_EQ(ErrorReason(PutAndWait(*store, NewPut(Named("g"), "y")).status()), reason::kStorageFailed);
  Overwrite(path, kHeaderPage, whole.substr(kHeaderPage));
  const auto function = store->Get(Named("f"), 0, Detail::kFull);
  ASSERT_TRUE(function.ok()) << function.status();
  EXPECT_EQ(function->manifest().source(), "x");
  EXPECT_TRUE(PutAndWait(*store, NewPut(Named("g"), "y")).ok());
}

TEST_F(SqliteStoreFaultsTest, RefusesAnotherProgramsDatabase) {
  Tamper("CREATE TABLE theirs (x)");
  ExpectError(
      OpenError(), absl::StatusCode::kInternal, reason::kStorageFailed,
      "the store " + data_dir_ + "/mayfly.db is a database of another program; name another folder with --data-dir");
}

TEST_F(SqliteStoreFaultsTest, RefusesANewerMayflysStore) {
  Open();
  Tamper("PRAGMA user_version = 9");
  ExpectError(OpenError(), absl::StatusCode::kFailedPrecondition, reason::kStorageFailed,
              "the store " + data_dir_ +
                  "/mayfly.db was written by a newer Mayfly (version 9 of the store; this one knows 1); run that one");
}

TEST_F(SqliteStoreFaultsTest, DoesNotTrustTheRowsItReadsBack) {
  {
    auto store = Open();
    for (const char* id : {"a", "b", "c", "d"}) ASSERT_TRUE(PutAndWait(*store, NewPut(Named(id), "")).ok());
  }
  Tamper("UPDATE revisions SET summary = x'FFFFFF' WHERE id = 'a'");
  Tamper("UPDATE revisions SET summary = (SELECT summary FROM revisions WHERE id = 'd') WHERE id = 'b'");
  Tamper("UPDATE revisions SET manifest = x'FFFFFF' WHERE id = 'c'");
  auto store = Open();
  const std::string end = "; deploy the function again, or restore the store from a backup";
  ExpectError(store->Get(Named("a"), 0, Detail::kBasic).status(), absl::StatusCode::kInternal, reason::kStorageFailed,
              "the store is damaged: revision 1 of namespaces/default/functions/a cannot be read" + end);
  ExpectError(store->Get(Named("b"), 0, Detail::kBasic).status(), absl::StatusCode::kInternal, reason::kStorageFailed,
              "the store is damaged: revision 1 of namespaces/default/functions/b is another function's" + end);
  ExpectError(
      store->Get(Named("c"), 0, Detail::kFull).status(), absl::StatusCode::kInternal, reason::kStorageFailed,
      "the store is damaged: revision 1 of namespaces/default/functions/c has a manifest that cannot be read" + end);
  EXPECT_TRUE(store->Get(Named("d"), 0, Detail::kFull).ok());
  EXPECT_TRUE(PutAndWait(*store, NewPut(Named("a"), "")).ok());
  EXPECT_TRUE(store->Get(Named("a"), 0, Detail::kFull).ok());
}

TEST_F(SqliteStoreFaultsTest, DoesNotTrustTheKeysOfItsRows) {
  {
    auto store = Open();
    for (const char* id : {"a", "b", "c", "d"}) ASSERT_TRUE(PutAndWait(*store, NewPut(Named(id), "")).ok());
  }
  Tamper("UPDATE revisions SET revision = 4294967297 WHERE id = 'a'");
  Tamper("UPDATE functions SET latest_revision = 4294967297 WHERE id = 'a'");
  // A second id, and an empty manifest, behind what the summary holds.
  Tamper("UPDATE revisions SET summary = CAST(summary || x'12016F' AS BLOB) WHERE id = 'b'");
  Tamper("UPDATE revisions SET summary = CAST(summary || x'7200' AS BLOB) WHERE id = 'c'");
  Tamper("UPDATE revisions SET id = CAST(x'0AFF' AS TEXT) WHERE id = 'd'");
  Tamper("UPDATE functions SET id = CAST(x'0AFF' AS TEXT) WHERE id = 'd'");
  auto store = Open();
  const std::string end = "; deploy the function again, or restore the store from a backup";
  ExpectError(
      store->Get(Named("a"), 0, Detail::kBasic).status(), absl::StatusCode::kInternal, reason::kStorageFailed,
      "the store is damaged: revision 0 of namespaces/default/functions/a has a key that no function has" + end);
  ExpectError(store->Get(Named("b"), 0, Detail::kBasic).status(), absl::StatusCode::kInternal, reason::kStorageFailed,
              "the store is damaged: revision 1 of namespaces/default/functions/b is another function's" + end);
  ExpectError(
      store->Get(Named("c"), 0, Detail::kBasic).status(), absl::StatusCode::kInternal, reason::kStorageFailed,
      "the store is damaged: revision 1 of namespaces/default/functions/c has its manifest in the wrong place" + end);
  ExpectError(store->Get(Named("\n\xFF"), 0, Detail::kBasic).status(), absl::StatusCode::kInternal,
              reason::kStorageFailed,
              "the store is damaged: revision 1 of namespaces/default/functions/\\n\\xff has a key that no function "
              "has" +
                  end);
}

TEST_F(SqliteStoreFaultsTest, KeepsItsFilesForTheirOwner) {
  auto store = Open();
  ASSERT_TRUE(PutAndWait(*store, NewPut(Named("f"), "x")).ok());
  for (const char* file : {"/mayfly.db", "/mayfly.db-wal", "/mayfly.db-shm", "/lock"}) {
    EXPECT_EQ(std::filesystem::status(data_dir_ + file).permissions(),
              std::filesystem::perms::owner_read | std::filesystem::perms::owner_write)
        << file;
  }
}

TEST_F(SqliteStoreFaultsTest, BoundsWhatWaits) {
  auto store = Open();
  const PutRequest request = NewPut(Named("f"), std::string(kManifestBytesMax - kKiB, 'x'));
  absl::Notification committed, release;
  store->Put(NewPut(Named("f"), ""), [&](absl::StatusOr<PutResult>) {
    committed.Notify();
    release.WaitForNotification();  // holds the store's thread
  });
  committed.WaitForNotification();
  std::vector<absl::Status> statuses(5);
  absl::BlockingCounter answered(5);
  for (int i = 0; i < 5; ++i) {
    store->Put(request, [&, i](absl::StatusOr<PutResult> put) {
      statuses[i] = put.status();
      answered.DecrementCount();
    });
  }
  ExpectError(statuses[4], absl::StatusCode::kUnavailable, reason::kOverloaded,
              "the store has as many writes waiting as it takes (1024, or 64 MiB); try again");
  release.Notify();
  answered.Wait();
  for (int i = 0; i < 4; ++i) EXPECT_TRUE(statuses[i].ok()) << statuses[i];
  EXPECT_EQ(store->Get(Named("f"), 0, Detail::kBasic)->revision(), 5);
}

}  // namespace
}  // namespace mayfly::controlplane
