#include "controlplane/sqlite_schema.h"

#include <cstdint>
#include <iterator>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/error.h"
#include "base/reason.h"
#include "base/uuid.h"

namespace mayfly::controlplane {
namespace {

// "MAYF", in the file's header: SQLite's PRAGMA application_id.
constexpr int64_t kApplicationId = 0x4D415946;

// What takes a store from version i to i + 1. A released one is never edited.
//
// functions: one row a function. revisions: `summary` is a v1.Function without its manifest, so that lists read no
// source; it stands before `manifest` (a v1.Manifest), whose pages SQLite then leaves alone. changes: the log that
// watches follow; `deleted` is 0 or 1.
constexpr const char* kMigrations[] = {
    R"sql(
      CREATE TABLE store (
        id INTEGER PRIMARY KEY CHECK (id = 1),
        uuid TEXT NOT NULL,
        function_count INTEGER NOT NULL
      ) STRICT;
      CREATE TABLE functions (
        namespace TEXT NOT NULL,
        id TEXT NOT NULL,
        latest_revision INTEGER NOT NULL,
        create_micros INTEGER NOT NULL,
        PRIMARY KEY (namespace, id)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE revisions (
        row INTEGER PRIMARY KEY,
        namespace TEXT NOT NULL,
        id TEXT NOT NULL,
        revision INTEGER NOT NULL,
        etag TEXT NOT NULL,
        summary BLOB NOT NULL,
        manifest BLOB NOT NULL,
        UNIQUE (namespace, id, revision)
      ) STRICT;
      CREATE TABLE changes (
        sequence INTEGER PRIMARY KEY AUTOINCREMENT,
        namespace TEXT NOT NULL,
        id TEXT NOT NULL,
        revision INTEGER NOT NULL,
        deleted INTEGER NOT NULL
      ) STRICT;
      CREATE INDEX changes_by_function ON changes (namespace, id, sequence);
    )sql",
};
constexpr int64_t kVersion = std::size(kMigrations);

absl::Status Refusal(absl::StatusCode code, const std::string& path, std::string_view why) {
  return MakeError(code, reason::kStorageFailed, absl::StrCat("the store ", path, " ", why));
}

absl::Status Migrate(SqliteDatabase& database, int64_t from) {
  std::string sql = absl::StrCat("BEGIN IMMEDIATE;", kMigrations[from]);
  if (from == 0) {
    absl::StrAppend(&sql, "INSERT INTO store VALUES (1, '", NewUuidV7(),
                    "', 0);PRAGMA application_id = ", kApplicationId, ";");
  }
  absl::StrAppend(&sql, "PRAGMA user_version = ", from + 1, ";COMMIT;");
  absl::Status status = database.Execute(sql);
  if (!status.ok() && database.in_transaction()) database.Execute("ROLLBACK").IgnoreError();
  return status;
}

}  // namespace

absl::Status PrepareSchema(SqliteDatabase& database, const std::string& path) {
  const absl::StatusOr<int64_t> application_id = database.QueryInt("PRAGMA application_id");
  if (!application_id.ok()) return application_id.status();
  const absl::StatusOr<int64_t> version = database.QueryInt("PRAGMA user_version");
  if (!version.ok()) return version.status();
  const absl::StatusOr<int64_t> tables = database.QueryInt("SELECT count(*) FROM sqlite_schema");
  if (!tables.ok()) return tables.status();
  const bool is_new = *application_id == 0 && *version == 0 && *tables == 0;
  if (!is_new && (*application_id != kApplicationId || *version < 1)) {
    return Refusal(absl::StatusCode::kInternal, path,
                   "is a database of another program; name another folder with --data-dir");
  }
  if (*version > kVersion) {
    return Refusal(absl::StatusCode::kFailedPrecondition, path,
                   absl::StrCat("was written by a newer Mayfly (version ", *version, " of the store; this one knows ",
                                kVersion, "); run that one"));
  }
  for (int64_t from = *version; from < kVersion; ++from) {
    if (absl::Status migrated = Migrate(database, from); !migrated.ok()) return migrated;
  }
  return absl::OkStatus();
}

}  // namespace mayfly::controlplane
