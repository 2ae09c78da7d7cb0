#include "controlplane/sqlite.h"

#include <sqlite3.h>

#include <cerrno>
#include <utility>

#include "absl/log/check.h"
#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/reason.h"

namespace mayfly::controlplane {

SqliteStatement::~SqliteStatement() {
  if (statement_ == nullptr) return;
  sqlite3_reset(statement_);
  sqlite3_clear_bindings(statement_);
}

void SqliteStatement::KeepBindError(int code) {
  if (bind_error_ == SQLITE_OK) bind_error_ = code;
}

SqliteStatement& SqliteStatement::BindText(int parameter, std::string_view text) {
  KeepBindError(sqlite3_bind_text64(statement_, parameter, text.data(), text.size(), SQLITE_STATIC, SQLITE_UTF8));
  return *this;
}

SqliteStatement& SqliteStatement::BindBlob(int parameter, std::string_view blob) {
  // A null pointer would bind NULL.
  const char* data = blob.data() == nullptr ? "" : blob.data();
  KeepBindError(sqlite3_bind_blob64(statement_, parameter, data, blob.size(), SQLITE_STATIC));
  return *this;
}

SqliteStatement& SqliteStatement::BindInt(int parameter, int64_t value) {
  KeepBindError(sqlite3_bind_int64(statement_, parameter, value));
  return *this;
}

absl::StatusOr<bool> SqliteStatement::Step() {
  if (bind_error_ != SQLITE_OK) return database_->Error();
  switch (sqlite3_step(statement_)) {
    case SQLITE_ROW:
      return true;
    case SQLITE_DONE:
      return false;
  }
  return database_->Error();
}

absl::Status SqliteStatement::Run() { return Step().status(); }

int64_t SqliteStatement::Int(int column) const { return sqlite3_column_int64(statement_, column); }

std::string_view SqliteStatement::Text(int column) const {
  const auto* text = reinterpret_cast<const char*>(sqlite3_column_text(statement_, column));
  const int size = sqlite3_column_bytes(statement_, column);
  return text == nullptr ? std::string_view() : std::string_view(text, size);
}

std::string_view SqliteStatement::Blob(int column) const {
  const auto* blob = static_cast<const char*>(sqlite3_column_blob(statement_, column));
  const int size = sqlite3_column_bytes(statement_, column);
  return blob == nullptr ? std::string_view() : std::string_view(blob, size);
}

absl::StatusOr<std::unique_ptr<SqliteDatabase>> SqliteDatabase::Open(const Options& options) {
  sqlite3* handle = nullptr;
  const int code = sqlite3_open_v2(
      options.path.c_str(), &handle,
      SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, nullptr);
  CHECK(handle != nullptr) << "out of memory";
  auto database = std::unique_ptr<SqliteDatabase>(new SqliteDatabase(options.path, handle));
  if (code != SQLITE_OK) return database->Error();
  sqlite3_busy_timeout(handle, static_cast<int>(absl::ToInt64Milliseconds(options.busy_time_max)));
  sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, static_cast<int>(options.blob_bytes_max));
  // The file may have been made by anyone: its schema can't run code, and SQL can't damage it.
  sqlite3_db_config(handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
  sqlite3_db_config(handle, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  return database;
}

SqliteDatabase::~SqliteDatabase() {
  for (const auto& [sql, statement] : statements_) sqlite3_finalize(statement);
  sqlite3_close(handle_);
}

absl::Status SqliteDatabase::Execute(const std::string& sql) {
  ForgetDamagedPages();
  if (sqlite3_exec(handle_, sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return Error();
  return absl::OkStatus();
}

absl::StatusOr<SqliteStatement> SqliteDatabase::Prepare(const char* sql) {
  ForgetDamagedPages();
  sqlite3_stmt*& statement = statements_[sql];
  if (statement == nullptr &&
      sqlite3_prepare_v3(handle_, sql, -1, SQLITE_PREPARE_PERSISTENT, &statement, nullptr) != SQLITE_OK) {
    return Error();
  }
  return SqliteStatement(this, statement);
}

absl::StatusOr<int64_t> SqliteDatabase::QueryInt(const char* sql) {
  absl::StatusOr<SqliteStatement> statement = Prepare(sql);
  if (!statement.ok()) return statement.status();
  const absl::StatusOr<bool> row = statement->Step();
  if (!row.ok()) return row.status();
  if (!*row) return absl::NotFoundError("no row");
  return statement->Int(0);
}

bool SqliteDatabase::in_transaction() const { return sqlite3_get_autocommit(handle_) == 0; }

// SQLite keeps the pages it has read until another connection writes; so a file that has been put right would look
// damaged until we are started again.
void SqliteDatabase::ForgetDamagedPages() {
  if (!damaged_ || in_transaction()) return;  // a transaction's pages are in use
  sqlite3_db_release_memory(handle_);
  damaged_ = false;
}

absl::Status SqliteDatabase::Error() {
  const int code = sqlite3_extended_errcode(handle_);
  const int system_error = sqlite3_system_errno(handle_);
  const std::string cause = absl::StrCat(sqlite3_errmsg(handle_), " (SQLite ", code, ")");
  const int primary_code = code & 0xFF;
  if (primary_code == SQLITE_FULL ||
      (primary_code == SQLITE_IOERR && (system_error == ENOSPC || system_error == EDQUOT))) {
    return MakeError(absl::StatusCode::kResourceExhausted, reason::kStorageFull,
                     absl::StrCat("the store ", path_, " is full, so nothing was stored: ", cause,
                                  "; make room on its disk and try again"));
  }
  switch (primary_code) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return MakeError(absl::StatusCode::kUnavailable, reason::kStorageFailed,
                       absl::StrCat("the store ", path_, " is locked by another program: ", cause));
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_TOOBIG:
      damaged_ = true;
      return MakeError(absl::StatusCode::kInternal, reason::kStorageFailed,
                       absl::StrCat("the store ", path_, " is damaged or is no SQLite database: ", cause,
                                    "; restore it from a backup, or move it away to begin anew"));
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
    case SQLITE_NOMEM:
    case SQLITE_PROTOCOL:
      return MakeError(absl::StatusCode::kUnavailable, reason::kStorageFailed,
                       absl::StrCat("the store ", path_, " cannot be read or written: ", cause));
  }
  return MakeError(absl::StatusCode::kInternal, reason::kStorageFailed,
                   absl::StrCat("the store ", path_, " failed: ", cause));
}

SqliteReadTransaction::SqliteReadTransaction(SqliteDatabase& database)
    : database_(database), status_(database.Execute("BEGIN")) {}

SqliteReadTransaction::~SqliteReadTransaction() {
  // It wrote nothing, so its end can't fail in a way that matters; a failed statement may have ended it already.
  if (status_.ok() && database_.in_transaction()) database_.Execute("COMMIT").IgnoreError();
}

}  // namespace mayfly::controlplane
