// SQLite's C interface with owners, statuses and types.
#ifndef MAYFLY_CONTROLPLANE_SQLITE_H_
#define MAYFLY_CONTROLPLANE_SQLITE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"

struct sqlite3;
struct sqlite3_stmt;

namespace mayfly::controlplane {

class SqliteDatabase;

// A prepared statement in use; when it is destroyed, it is reset and its bindings are cleared. Parameters count from 1,
// columns from 0. What a column returns is valid until the next Step; NULL, and a column of another type, is converted
// as SQLite does it.
class SqliteStatement {
 public:
  SqliteStatement(SqliteStatement&& other) noexcept
      : database_(other.database_),
        statement_(std::exchange(other.statement_, nullptr)),
        bind_error_(other.bind_error_) {}
  ~SqliteStatement();

  // `text` and `blob` outlive the statement's use.
  SqliteStatement& BindText(int parameter, std::string_view text);
  SqliteStatement& BindBlob(int parameter, std::string_view blob);
  SqliteStatement& BindInt(int parameter, int64_t value);

  // Whether there is a row. Errors: SqliteDatabase::Error's, also those of the bindings.
  absl::StatusOr<bool> Step();
  // Steps through a statement that returns no row.
  absl::Status Run();

  int64_t Int(int column) const;
  std::string_view Text(int column) const;
  std::string_view Blob(int column) const;

 private:
  friend class SqliteDatabase;
  SqliteStatement(SqliteDatabase* database, sqlite3_stmt* statement) : database_(database), statement_(statement) {}
  void KeepBindError(int code);

  SqliteDatabase* database_;
  sqlite3_stmt* statement_;  // owned by the database
  int bind_error_ = 0;
};

// One connection. Used by one thread at a time.
class SqliteDatabase {
 public:
  struct Options {
    std::string path;              // ":memory:" for a database of this connection alone
    absl::Duration busy_time_max;  // how long to wait for another connection's lock
    int64_t blob_bytes_max;  // a longer value in a row is an error, so that a damaged file can't make us allocate more
  };

  // Opens the file, or makes it. SQLite reads it only at the first statement.
  static absl::StatusOr<std::unique_ptr<SqliteDatabase>> Open(const Options& options);
  ~SqliteDatabase();
  SqliteDatabase(const SqliteDatabase&) = delete;
  SqliteDatabase& operator=(const SqliteDatabase&) = delete;

  // Runs statements that return nothing of interest.
  absl::Status Execute(const std::string& sql);

  // A statement, prepared once per connection: `sql` is a literal, known by its address. One statement of a literal is
  // in use at a time.
  absl::StatusOr<SqliteStatement> Prepare(const char* sql);

  // The integer of a statement's first row; NOT_FOUND if there is none.
  absl::StatusOr<int64_t> QueryInt(const char* sql);

  bool in_transaction() const;

  // What the last failed call means to a client: STORAGE_FULL (RESOURCE_EXHAUSTED) when the disk or its quota is used
  // up, else STORAGE_FAILED: UNAVAILABLE when the file is locked or can't be read or written, INTERNAL when it is
  // damaged or the fault is ours. After damage, the next transaction reads the file anew.
  absl::Status Error();

 private:
  SqliteDatabase(std::string path, sqlite3* handle) : path_(std::move(path)), handle_(handle) {}

  void ForgetDamagedPages();

  const std::string path_;
  sqlite3* const handle_;                                       // owned
  absl::flat_hash_map<const char*, sqlite3_stmt*> statements_;  // owned
  bool damaged_ = false;                                        // pages that we keep may be
};

// Several statements that see one state of the database. Ends when it is destroyed.
class SqliteReadTransaction {
 public:
  explicit SqliteReadTransaction(SqliteDatabase& database);
  ~SqliteReadTransaction();
  SqliteReadTransaction(const SqliteReadTransaction&) = delete;
  SqliteReadTransaction& operator=(const SqliteReadTransaction&) = delete;

  const absl::Status& status() const { return status_; }

 private:
  SqliteDatabase& database_;
  const absl::Status status_;
};

}  // namespace mayfly::controlplane

#endif  // MAYFLY_CONTROLPLANE_SQLITE_H_
